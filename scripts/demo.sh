#!/usr/bin/env bash
# The main job, told in plain words; see scripts/demo/main.py. $BUILD_DIR holds the programs (build/release).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec python3 -B "$here/demo/main.py" "$@"
