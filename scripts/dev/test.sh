# ./dev test [CHECK...]: builds and runs the tests in several configurations. A check that fails does not stop the
# others, so that one run shows everything.
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
. scripts/dev/provider.sh

checks=("$@")
if [ ${#checks[@]} = 0 ]; then checks=(asan programs wasm tsan fuzz); fi

packages=()
for check in "${checks[@]}"; do
  case $check in
    asan | programs | release) packages+=(build provider) ;;
    clang) packages+=(build clang) ;;
    wasm) packages+=(build wasm) ;;
    tsan) packages+=(build) ;;
    fuzz) packages+=(build fuzz) ;;
    *) die "there is no check '$check'; there are asan, programs, wasm, tsan, fuzz, release and clang" ;;
  esac
done
need_packages "${packages[@]}"
case " ${packages[*]} " in *" provider "*) install_test_provider ;; esac

results=build/test-results
mkdir -p $results

# One test program of ctest holds many test cases; both are counted. Prints "passed failed skipped cases".
count_results() {
  local preset=$1
  local report=$results/$preset.xml log=$results/$preset.log
  if [ ! -s "$report" ]; then
    echo 0 1 0 0
    return
  fi
  local total failed skipped cases
  total=$(sed -n 's/.*\btests="\([0-9]*\)".*/\1/p' "$report" | head -n 1)
  failed=$(sed -n 's/.*\bfailures="\([0-9]*\)".*/\1/p' "$report" | head -n 1)
  skipped=$(sed -n 's/.*\bskipped="\([0-9]*\)".*/\1/p' "$report" | head -n 1)
  cases=$(sed -n 's/.*assertions\{0,1\} in \([0-9]*\) test cases\{0,1\}).*/\1/p; s/^test cases: *\([0-9]*\) .*/\1/p' \
    "$log" | awk '{ n += $1 } END { print n + 0 }')
  echo $((total - failed - skipped)) "$failed" "$skipped" "$cases"
}

# A function that runs under `if` has no `set -e`; a program of its own does.
build() { "$SAMPLAN_ROOT/dev" build "$1"; }

run_tests() {
  local preset=$1
  rm -f "$results/$preset.xml" "$results/$preset.log"
  # --no-tests=error: a configuration without tests is a mistake, not a success.
  ctest --preset "$preset" --parallel "$jobs" --timeout 900 --no-tests=error \
    --output-junit "$SAMPLAN_ROOT/$results/$preset.xml" --output-log "$SAMPLAN_ROOT/$results/$preset.out" || true
  cp "build/$preset/Testing/Temporary/LastTest.log" "$results/$preset.log" 2>/dev/null || true
}

# The whole check in one command: builds, runs, and says by its exit code whether all held.
run_whole() {
  case $1 in
    tsan) bash "$SAMPLAN_ROOT/scripts/dev/soak.sh" tsan ;;
    # Always the same seed: new inputs are what ./dev fuzz is for.
    fuzz) bash "$SAMPLAN_ROOT/scripts/dev/fuzz.sh" --seconds 30 --seed 1 ;;
  esac
}

passed=0 failed=0 skipped=0 summary=()
started=$SECONDS
for i in "${!checks[@]}"; do
  check=${checks[$i]}
  from=$SECONDS
  if [ "$check" = tsan ] || [ "$check" = fuzz ]; then
    say "[$((i + 1))/${#checks[@]}] $check"
    if run_whole "$check"; then
      passed=$((passed + 1))
      summary+=("$check: held, $(duration $((SECONDS - from)))")
    else
      failed=$((failed + 1))
      summary+=("$check: FAILED")
    fi
    continue
  fi
  say "[$((i + 1))/${#checks[@]}] $check: building"
  if ! build "$check"; then
    failed=$((failed + 1))
    summary+=("$check: does not build")
    continue
  fi
  if [ "$check" = clang ]; then
    passed=$((passed + 1))
    summary+=("clang: everything compiles, $(duration $((SECONDS - from)))")
    continue
  fi
  say "[$((i + 1))/${#checks[@]}] $check: testing"
  run_tests "$check"
  read -r ok bad left cases < <(count_results "$check")
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
  summary+=("$check: $ok passed, $bad failed, $left skipped ($cases test cases), $(duration $((SECONDS - from)))")
done

say "Done in $(duration $((SECONDS - started)))"
printf '    %s\n' "${summary[@]}"
line="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then line+=", $skipped skipped"; fi
echo "$line"
[ "$failed" = 0 ]
