# How the commands of ./dev speak to the person at the terminal. Sourced.

if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}
# "3 min 12 s"
duration() {
  local seconds=$1
  if [ "$seconds" -ge 60 ]; then printf '%d min ' $((seconds / 60)); fi
  printf '%d s' $((seconds % 60))
}
