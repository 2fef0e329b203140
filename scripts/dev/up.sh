# ./dev up
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
. scripts/dev/server.sh

say "Building a release (the first time this takes some minutes)"
build_preset release --target samplan-server samplan

mkdir -p "$run_dir"
if pid=$(running_server); then
  say "The server runs already (process $pid)"
  listen=$(cat "$run_dir/server.address")
else
  if answers "$listen"; then
    die "something else listens on $listen. Choose another address: SAMPLAN_LISTEN=127.0.0.1:8788 ./dev up"
  fi
  say "Starting the server"
  nohup "$server_program" --data "$run_dir/data" --listen "$listen" </dev/null >>"$log_file" 2>&1 &
  echo $! >"$pid_file"
  echo "$listen" >"$run_dir/server.address"
  for _ in $(seq 100); do
    if answers "$listen"; then break; fi
    if ! running_server >/dev/null; then
      tail -n 5 "$log_file" >&2
      die "the server stopped at once; $log_file says why"
    fi
    sleep 0.1
  done
  answers "$listen" || die "the server does not answer on $listen; see $log_file"
fi

cat <<TEXT

The server answers at http://$listen
  what it stores   $run_dir/data (it cannot read any of it)
  its log          $log_file

Next:
  ./dev demo                              see the main job done, with a server of its own
  build/release/cli/samplan --help        the command line; --home DIR is one device
  ./dev down                              stop the server
TEXT
