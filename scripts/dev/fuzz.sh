# ./dev fuzz [TARGET] [--seconds N] [--seed N]: libFuzzer with address and undefined-behaviour sanitizers over everything that reads
# foreign bytes. What it learns is kept in build/fuzz/corpus; an input that breaks something in build/fuzz/found.
. "$SAMPLAN_ROOT/scripts/dev/common.sh"

seconds=30 seed=0 targets=()
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
    -*) die "usage: ./dev fuzz [TARGET...] [--seconds N] [--seed N]" ;;
    *)
      targets+=("$1")
      shift
      ;;
  esac
done

need_packages build fuzz
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz --parallel "$jobs"
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
  mkdir -p "$corpus" "$found" "build/fuzz/seeds/$target"
  # detect_leaks: SQLite and libcurl keep what they have; leaks are looked for by the tests.
  if ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 "$program" "$corpus" "build/fuzz/seeds/$target" -seed="$seed" -max_total_time="$seconds" -timeout=5 \
    -malloc_limit_mb=64 -rss_limit_mb=512 -max_len=65536 -artifact_prefix="$found/" -print_final_stats=1 >"$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs, $(find "$corpus" -type f | wc -l) in the corpus"
  else
    echo "$target: FAILED, see $log and $found"
    grep -m 3 -E 'ERROR|runtime error|SUMMARY' "$log" || true
    return 1
  fi
}
export -f run_target die
export seconds seed

# As many side by side as there are cores; xargs fails if one of them did.
if ! printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -c 'run_target {}'; then die "not every target held"; fi
echo "${#targets[@]} targets held"
