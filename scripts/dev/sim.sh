# ./dev sim [--seeds N] [--seed S] [--large | --town DEVICES] [--story] [--planted NAME|all|check]: simulated worlds on all
# cores, one line each.
# A failing seed is shortened to a story. Bugs can be planted: then it prints for each the first seed of 1,000 that finds
# it, or, with `check`, lives through the seed that the table names.
. "$SAMPLAN_ROOT/scripts/dev/common.sh"

seeds=1000 first=1 planted= extra=()
while [ $# -gt 0 ]; do
  case $1 in
    --seeds) seeds=${2:?how many?} && shift 2 ;;
    --seed) first=${2:?which?} && seeds=1 && extra+=(--story) && shift 2 ;;
    --from) first=${2:?from which?} && shift 2 ;;
    --planted) planted=${2:?which bug, or all, or check?} && shift 2 ;;
    --town) extra+=(--town "${2:?how many devices?}") && seeds=1 && shift 2 ;;
    --large | --story) extra+=("$1") && shift ;;
    *) die "sim: I do not know $1. ./dev --help says what there is." ;;
  esac
done

build_preset sim --target samplan-sim
program=build/sim/tests/sim/samplan-sim
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
if [ -n "$(git status --porcelain 2>/dev/null | head -n 1)" ]; then commit+=+; fi

# Processes, not threads: each has its own SQLite and libsodium, and a crash of one is seen.
parts=$jobs
[ "$seeds" -ge "$parts" ] || parts=1
[ -z "$planted" ] || parts=$jobs
out=build/sim/runs
mkdir -p $out
rm -f $out/part.*
pids=()
for ((part = 0; part < parts; part++)); do
  arguments=(--commit "$commit" --part "$part/$parts" "${extra[@]}")
  if [ -n "$planted" ]; then
    arguments+=(--planted "$planted")
  else
    arguments+=(--seed "$first" --seeds "$seeds")
  fi
  "$program" "${arguments[@]}" >"$out/part.$part" 2>&1 &
  pids+=($!)
done
failed=0
for ((part = 0; part < parts; part++)); do
  wait "${pids[$part]}" || failed=1
  cat "$out/part.$part"
done
exit $failed
