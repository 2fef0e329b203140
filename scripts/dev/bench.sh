# ./dev bench [WORKLOAD...]: raw w1 w2 w4 w5 w6 by default (by name also w2-daily, w4-wasm, growth), and, where
# ../shared/peers is there, the peers in the same run: the encrypted ones on w1 and w2, text libraries on w4. One JSON line
# each. BENCH_REPS=N repeats (3); BENCH_PEERS=no leaves the peers out.
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
need_packages build
build_preset release

workloads=("$@")
if [ ${#workloads[@]} = 0 ]; then workloads=(raw w1 w2 w4 w5 w6); fi
reps=${BENCH_REPS:-3}
peers=../shared/peers
peer_copy=build/peers

printf 'machine   %s, %s cores, %s\n' "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -sr)"
printf 'build     release, %s\n' "$(g++ --version | head -n 1)"
printf 'measured  sync_ms: from the call until the server has our changes on its disk and we have all others'"'"' verified on ours;\n'
printf '          bytes_up, bytes_down: bodies of requests and replies; the device runs in a process of its own\n'

run_ours() {
  if [ "$1" = w4-wasm ]; then
    node --no-experimental-fetch build/wasm/bench/samplan-text-bench.js ../shared/data/traces
  else
    build/release/bench/samplan-bench "$1"
  fi
}
case " ${workloads[*]} " in *" w4-wasm "*) build_preset wasm --target samplan-text-bench ;; esac

# Peers are installed once into build/, never into the tree; the first time takes minutes.
install_peers() {
  [ -d $peer_copy/node_modules ] && return
  say "installing the peers"
  mkdir -p $peer_copy
  cp -r $peers/. $peer_copy/
  chmod -R u+w $peer_copy
  (cd $peer_copy && npm install --no-audit --no-fund)
}

with_peers=no
if [ "${BENCH_PEERS:-yes}" = yes ] && [ -d $peers ] && command -v npm >/dev/null; then
  install_peers && with_peers=yes
else
  say "without peers: $peers or npm is not there, or BENCH_PEERS=no"
fi

for ((rep = 1; rep <= reps; rep++)); do
  say "run $rep of $reps, load $(cut -d' ' -f1 /proc/loadavg)"
  for workload in "${workloads[@]}"; do
    run_ours "$workload"
    if [ $with_peers = yes ] && { [ "$workload" = w1 ] || [ "$workload" = w2 ]; }; then
      PEER_E2EE=1 node "$peer_copy/$workload-loro.mjs" || true
      node "$peer_copy/$workload-jazz.mjs" || true
    fi
    if [ $with_peers = yes ] && [ "$workload" = w4 ]; then
      PEER_SEQ=rustcode,seph-blog1,automerge-paper,friendsforever_flat PEER_CON=friendsforever,node_nodecc \
        node "$peer_copy/w4-texttraces.mjs" ../shared/data/traces || true
    fi
  done
done
