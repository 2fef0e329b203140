# Building one preset of CMakePresets.json. Sourced, after say.sh and packages.sh.

jobs=$(nproc)

# Objects are recognised also in another clone of the tree, whatever its folder is called.
export CCACHE_BASEDIR=$SAMPLAN_ROOT CCACHE_NOHASHDIR=true

# Only WebAssembly: the libraries from Debian's patched sources, compiled once into build/deps.
build_wasm_libraries() {
  local toolchain=/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake
  local sources
  sources=$(scripts/dev/debian_source.sh build/deps/src libsodium-dev libsqlite3-dev zlib1g-dev libutf8proc-dev \
    libqrencode-dev) ||
    die "the sources of libsodium, SQLite, zlib, utf8proc and libqrencode could not be fetched"
  local sodium sqlite zlib utf8proc qrencode
  { read -r sodium && read -r sqlite && read -r zlib && read -r utf8proc && read -r qrencode; } <<<"$sources"
  # A folder of its own for each version; `wasm` points at the one in use.
  local built
  built=wasm-$(basename "$sodium")-$(basename "$sqlite")-$(basename "$zlib")-$(basename "$utf8proc")-$(basename "$qrencode")
  cmake -G Ninja -S cmake/wasm_libraries -B "build/deps/$built" --log-level=WARNING \
    -DCMAKE_TOOLCHAIN_FILE=$toolchain -DCMAKE_BUILD_TYPE=Release \
    -DSODIUM_SOURCE="$sodium" -DSQLITE_SOURCE="$sqlite" \
    -DZLIB_SOURCE="$zlib" -DUTF8PROC_SOURCE="$utf8proc" -DQRENCODE_SOURCE="$qrencode" >/dev/null
  cmake --build "build/deps/$built" --parallel "$jobs"
  ln -sfn "$built" build/deps/wasm
}

packages_for_preset() {
  case $1 in
    dev | release | programs | asan | sim) echo build ;;
    clang) echo build clang ;;
    wasm) echo build wasm ;;
    *) die "there is no preset '$1'; there are dev, release, programs, asan, clang and wasm" ;;
  esac
}

# build_preset NAME [cmake --build arguments]
build_preset() {
  local preset=$1
  shift
  local groups
  groups=$(packages_for_preset "$preset")
  # shellcheck disable=SC2086  # a list of words
  need_packages $groups
  if [ "$preset" = wasm ]; then build_wasm_libraries; fi
  cmake --preset "$preset" --log-level=WARNING >/dev/null
  # -k 0: one run shows every file that does not compile.
  cmake --build --preset "$preset" --parallel "$jobs" "$@" -- -k 0
}
