# ./dev fuzz [TARGET] [--seconds N]: libFuzzer with address and undefined-behaviour sanitizers over everything that reads
# foreign bytes. What it learns is kept in build/fuzz/corpus; an input that breaks something in build/fuzz/found.
. "$SAMPLAN_ROOT/scripts/dev/common.sh"

packages_fuzz=(clang-14 libclang-rt-14-dev)
seconds=30 targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds)
      [[ ${2:-} =~ ^[0-9]+$ ]] || die "--seconds needs a number"
      seconds=$2
      shift 2
      ;;
    -*) die "usage: ./dev fuzz [TARGET...] [--seconds N]" ;;
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

# One input: a second under sanitizers (a tenth of it without), one allocation 64 MB, all together 512 with the
# sanitizers' own. The core's own bound on a command is smaller than the longest input tried.
failed=0
for target in "${targets[@]}"; do
  program=build/fuzz/fuzz/fuzz_$target
  [ -x "$program" ] || die "there is no target '$target'"
  corpus=build/fuzz/corpus/$target found=build/fuzz/found/$target
  mkdir -p "$corpus" "$found" "build/fuzz/seeds/$target"
  log=build/fuzz/$target.log
  # detect_leaks: SQLite and libcurl keep what they have; leaks are looked for by the tests.
  if ASAN_OPTIONS=detect_leaks=0 "$program" "$corpus" "build/fuzz/seeds/$target" -max_total_time="$seconds" -timeout=1 \
    -malloc_limit_mb=64 -rss_limit_mb=512 -max_len=65536 -artifact_prefix="$found/" -print_final_stats=1 >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "$target: $runs runs, $(find "$corpus" -type f | wc -l) in the corpus"
  else
    failed=$((failed + 1))
    echo "$target: FAILED, see $log and $found"
    grep -m 3 -E 'ERROR|runtime error|SUMMARY' "$log" || true
  fi
done
echo "$((${#targets[@]} - failed)) targets held, $failed failed"
[ "$failed" = 0 ]
