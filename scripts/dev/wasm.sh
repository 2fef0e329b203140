# ./dev wasm
exec bash "$SAMPLAN_ROOT/scripts/dev/test.sh" wasm
