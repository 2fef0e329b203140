# ./dev fmt [--check]
. "$SAMPLAN_ROOT/scripts/dev/common.sh"
need_packages fmt
mapfile -d '' files < <(find base crypto sync client-core server cli bench tests \( -name '*.h' -o -name '*.cpp' \) -print0)
case ${1:-} in
  --check) clang-format --dry-run -Werror "${files[@]}" ;;
  "") clang-format -i "${files[@]}" ;;
  *) die "fmt knows only --check" ;;
esac
