# ./dev up [settings of samplan-server]
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
. scripts/dev/server.sh

say "Building a release (the first time this takes some minutes)"
build_preset release --target samplan-server samplan

mkdir -p "$run_dir"
if pid=$(running_server); then
  say "The server runs already (process $pid)"
else
  say "Starting the server"
  : >"$start_file"
  nohup "$server_program" --data "$run_dir/data" "$@" </dev/null >"$start_file" 2>>"$log_file" &
  echo $! >"$pid_file"
  for _ in $(seq 200); do
    if server_url >/dev/null; then break; fi
    if ! running_server >/dev/null; then
      tail -n 3 "$log_file" >&2
      rm -f "$pid_file"
      die "the server stopped at once. Its log is $log_file. If the port is taken: ./dev up --port 8481"
    fi
    sleep 0.1
  done
fi
url=$(server_url) || die "the server has not said where it listens; see $log_file"

cat <<TEXT

The server answers at $url
  what it stores   $run_dir/data (it cannot read any of it)
  its log          $log_file

Next:
  ./dev demo       see the main job done, with a server of its own
  ./dev down       stop the server
Or make a device of your own; each --home is one device:
  build/release/cli/samplan --home /tmp/kari init --server $url \\
    --code "\$(cat $run_dir/data/enrolment-code)" --name "Kari Lunde"
  build/release/cli/samplan --help
TEXT
