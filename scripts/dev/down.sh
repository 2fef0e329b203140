# ./dev down
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
. scripts/dev/server.sh

if ! pid=$(running_server); then
  rm -f "$pid_file"
  say "No server is running."
  exit 0
fi
kill -TERM "$pid"
for _ in $(seq 100); do
  if ! running_server >/dev/null; then
    rm -f "$pid_file"
    say "The server has stopped. What it stored is in $run_dir/data."
    exit 0
  fi
  sleep 0.1
done
die "the server (process $pid) has not stopped after 10 seconds; see $log_file"
