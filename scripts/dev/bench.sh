# ./dev bench
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
build_preset release
mapfile -t programs < <(find build/release/bench -maxdepth 1 -type f -perm -u+x -name '*bench*' 2>/dev/null | sort)
if [ ${#programs[@]} = 0 ]; then die "there is nothing to measure yet: bench/ builds no program"; fi
printf 'machine   %s, %s cores, %s\n' "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -sr)"
printf 'build     release, %s\n' "$(g++ --version | head -n 1)"
for program in "${programs[@]}"; do
  say "$(basename "$program")"
  "$program" "$@"
done
