# ./dev demo
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
build_preset release
exec bash scripts/demo.sh "$@"
