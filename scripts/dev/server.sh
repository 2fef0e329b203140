# The one server that ./dev up starts and ./dev down stops. Sourced.

run_dir=run
pid_file=$run_dir/server.pid
start_file=$run_dir/server.start  # what the server says on standard output: its address
log_file=$run_dir/server.log
server_program=build/release/server/samplan-server

# Prints the process id if our server runs. A number that another program has got since does not count.
running_server() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  grep -qsx samplan-server "/proc/$pid/comm" || return 1
  echo "$pid"
}

# Prints the address at which the server listens, once it does.
server_url() { sed -n 's/^listening on //p' "$start_file" 2>/dev/null | grep .; }
