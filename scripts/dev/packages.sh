# Which Debian packages each kind of work needs, and installing those that are missing. Sourced, after say.sh.
# Asks the package database instead of keeping a note of its own: the second run takes no time and no network.

packages_build=(python3 g++ cmake ninja-build ccache pkg-config libsodium-dev libsqlite3-dev zlib1g-dev libutf8proc-dev
  libqrencode-dev libzxing-dev libcurl4-openssl-dev libcpp-httplib-dev libcjose-dev libjansson-dev nlohmann-json3-dev
  catch2)
packages_clang=(clang-14)
packages_fuzz=(clang-14 libclang-rt-14-dev)
packages_wasm=(emscripten dpkg-dev make tcl python3 ca-certificates)
packages_fmt=(clang-format)
packages_provider=()  # npm, see below

# Names that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ]; then echo "$name"; fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# need_packages build wasm ...: installs what is missing of these lists.
need_packages() {
  local wanted=() group list
  for group in "$@"; do
    list="packages_${group}[@]"
    wanted+=("${!list}")
    # Debian's Node, unless there is one already.
    if [ "$group" = wasm ] && ! command -v node >/dev/null; then wanted+=(nodejs); fi
    if [ "$group" = provider ] && ! command -v npm >/dev/null; then wanted+=(npm); fi
  done
  local missing
  mapfile -t missing < <(missing_packages "${wanted[@]}" | sort -u)
  if [ ${#missing[@]} = 0 ]; then return 0; fi
  command -v apt-get >/dev/null || die "this needs Debian 12 (apt-get is not here). Install yourself: ${missing[*]}"
  say "Installing packages: ${missing[*]}"
  as_root true || die "not root, and there is no sudo. As root: apt-get install ${missing[*]}"
  # Waits for another apt, and for a network that is slow to come up.
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  as_root "${apt[@]}" update || die "the package lists could not be fetched; is there a network?"
  as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" ||
    die "these packages could not be installed: ${missing[*]}"
}
