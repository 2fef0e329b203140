# What every command of ./dev begins with. Sourced.
set -euo pipefail
cd "${SAMPLAN_ROOT:?start this through ./dev}"
. scripts/dev/say.sh
. scripts/dev/packages.sh
. scripts/dev/building.sh
