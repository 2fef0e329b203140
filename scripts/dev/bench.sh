# ./dev bench
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
build_preset release
program=build/release/bench/samplan-bench
[ -x $program ] || die "bench/ has built no program: $program is missing"
printf 'machine   %s, %s cores, %s\n' "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -sr)"
printf 'build     release, %s\n' "$(g++ --version | head -n 1)"
exec $program "$@"
