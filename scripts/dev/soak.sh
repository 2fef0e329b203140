# ./dev soak [WHAT...]: the long runs of what the tests do in small. Each ends with a line; any failure ends the command
# with an error after the others have run.
. "$SAMPLAN_ROOT/scripts/dev/common.sh"

what=("$@")
if [ ${#what[@]} = 0 ]; then what=(crash kill tsan fuzz); fi
failed=()

crash() {
  "$SAMPLAN_ROOT/dev" build release &&
    SAMPLAN_CRASH_POINTS=1000000 build/release/tests/hostile/hostile_crash_client &&
    SAMPLAN_CRASH_POINTS=1000000 build/release/tests/hostile/hostile_crash_server
}
kill_programs() {
  "$SAMPLAN_ROOT/dev" build release &&
    python3 tests/hostile/kill_cli.py build/release/cli/samplan build/release/server/samplan-server \
      "${SAMPLAN_KILLS:-1000}" "${SAMPLAN_SEED:-$RANDOM}"
}
tsan() {
  need_packages build
  cmake --preset tsan --log-level=WARNING >/dev/null &&
    cmake --build --preset tsan --parallel "$jobs" --target server_tests &&
    TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1" build/tsan/tests/server_tests --use-colour no
}
fuzz() { "$SAMPLAN_ROOT/dev" fuzz --seconds 600; }

for one in "${what[@]}"; do
  case $one in
    crash | tsan | fuzz) run=$one ;;
    kill) run=kill_programs ;;
    *) die "there is no run '$one'; there are crash, kill, tsan and fuzz" ;;
  esac
  say "soak: $one"
  "$run" || failed+=("$one")
done
if [ ${#failed[@]} != 0 ]; then die "failed: ${failed[*]}"; fi
echo "${#what[@]} long runs, all held"
