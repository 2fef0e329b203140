# The one server that ./dev up starts and ./dev down stops. Sourced.

listen=${SAMPLAN_LISTEN:-127.0.0.1:8787}
run_dir=run
pid_file=$run_dir/server.pid
log_file=$run_dir/server.log
server_program=build/release/server/samplan-server

# Prints the process id if our server runs. A number that another program has got since does not count.
running_server() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  grep -qs samplan-server "/proc/$pid/comm" || return 1
  echo "$pid"
}

# Whether something answers at ADDR:PORT.
answers() {
  local address=${1%:*} port=${1##*:}
  (exec 3<>"/dev/tcp/${address#[}/$port") 2>/dev/null
}
