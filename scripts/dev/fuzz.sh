# ./dev fuzz [TARGET] [--seconds N] [--seed N] [--keep]: libFuzzer with address and undefined-behaviour sanitizers over
# everything that reads foreign bytes. It begins with the corpus in fuzz/corpus; what it learns lies in build/fuzz/corpus, and
# an input that breaks something in build/fuzz/found. --keep puts what it has learned, made small, into fuzz/corpus.
. "$SAMPLAN_ROOT/scripts/dev/common.sh"

seconds=30 seed=0 keep= targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds)
      [[ ${2:-} =~ ^[0-9]+$ ]] || die "--seconds needs a number"
      seconds=$2
      shift 2
      ;;
    --seed)
      [[ ${2:-} =~ ^[0-9]+$ ]] || die "--seed needs a number"
      seed=$2
      shift 2
      ;;
    --keep)
      keep=1
      shift
      ;;
    -*) die "usage: ./dev fuzz [TARGET...] [--seconds N] [--seed N] [--keep]" ;;
    *)
      targets+=("$1")
      shift
      ;;
  esac
done

need_packages build fuzz
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz --parallel "$jobs" --target fuzz_programs
if [ ${#targets[@]} = 0 ]; then
  for program in build/fuzz/fuzz/fuzz_*; do
    if [ -x "$program" ] && [ -f "$program" ]; then targets+=("${program##*/fuzz_}"); fi
  done
fi
python3 fuzz/make_seeds.py build/fuzz/seeds

# One input: five seconds under sanitizers, also on a busy machine; one allocation 64 MB; all together 512 with the
# sanitizers' own. The core's own bound on a command is smaller than the longest input tried.
run_target() {
  local target=$1 program=build/fuzz/fuzz/fuzz_$1
  [ -x "$program" ] || die "there is no target '$target'"
  local corpus=build/fuzz/corpus/$target found=build/fuzz/found/$target log=build/fuzz/$target.log
  local kept=build/fuzz/kept/$target seeds=build/fuzz/seeds/$target
  rm -rf "$kept"
  mkdir -p "$corpus" "$found" "$kept" "$seeds"
  if [ -f "fuzz/corpus/$target.tar.gz" ]; then tar -xzf "fuzz/corpus/$target.tar.gz" -C "$kept"; fi
  # detect_leaks: SQLite and libcurl keep what they have; leaks are looked for by the tests.
  if ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 "$program" "$corpus" "$kept" "$seeds" -seed="$seed" \
    -max_total_time="$seconds" -timeout=5 -malloc_limit_mb=64 -rss_limit_mb=512 -max_len=65536 -artifact_prefix="$found/" -print_final_stats=1 >"$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs, $(find "$corpus" -type f | wc -l) in the corpus"
  else
    echo "$target: FAILED, see $log and $found"
    grep -m 3 -E 'ERROR|runtime error|SUMMARY' "$log" || true
    return 1
  fi
}

# The fewest inputs that reach everything; packed so that the same inputs give the same file.
keep_target() {
  local target=$1 small=build/fuzz/small/$1
  rm -rf "$small"
  mkdir -p "$small" fuzz/corpus
  ASAN_OPTIONS=detect_leaks=0 "build/fuzz/fuzz/fuzz_$target" -merge=1 -max_len=4096 "$small" "build/fuzz/kept/$target" \
    "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" >>"build/fuzz/$target.log" 2>&1
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r -C "$small" -cf - . | gzip -9n \
    >"fuzz/corpus/$target.tar.gz"
}
export -f run_target keep_target die
export seconds seed

# As many side by side as there are cores; xargs fails if one of them did.
if ! printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -c 'run_target {}'; then die "not every target held"; fi
if [ -n "$keep" ]; then
  for target in "${targets[@]}"; do keep_target "$target"; done
fi
echo "${#targets[@]} targets held"
