# ./dev build [PRESET]
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
preset=${1:-release}
build_preset "$preset"
say "Built $preset."
