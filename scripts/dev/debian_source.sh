#!/usr/bin/env bash
# Unpacks the source of Debian packages, with Debian's patches applied (one exception below), for the parts that we
# compile ourselves (WebAssembly). Touches nothing of the machine's own package sources: it has a list and a cache
# folder of its own.
#
#   scripts/dev/debian_source.sh DIR PACKAGE...    e.g.  scripts/debian_source.sh build/deps/src libsodium-dev
#
# PACKAGE is a binary package that is installed: its source in the same version is fetched, so that the native and the
# WebAssembly build have the same library. Prints the folder of each, one a line. A folder that is there is reused.
set -euo pipefail

dir=$(mkdir -p "$1" && cd "$1" && pwd)
shift
apt_dir=$dir/.apt

# The archives this machine already uses, as deb-src lines. The security archive comes last: after a point release it
# still lists sources that have moved to the main archive.
make_source_list() {
  local signed=""
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  if [ -r $keyring ]; then signed="[signed-by=$keyring] "; fi
  # shellcheck disable=SC2016  # the $(...) belong to apt
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    sort -u | awk '/security/ { last = last $0 "\n"; next } { print } END { printf "%s", last }' |
    sed "s|^|deb-src $signed|"
}

private_apt() {
  apt-get -q -o Dir::Etc::sourcelist="$apt_dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::Lists="$apt_dir/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User=root "$@"
}

update_once() {
  if [ -e "$apt_dir/updated" ]; then return; fi
  mkdir -p "$apt_dir/lists/partial"
  make_source_list > "$apt_dir/sources.list"
  if [ ! -s "$apt_dir/sources.list" ]; then
    echo "debian_source: no Debian archive among this machine's package sources" >&2
    return 1
  fi
  private_apt update >&2
  touch "$apt_dir/updated"
}

# Sources that will do without Debian's own changes, where an archive has lost that file: libqrencode turns text into
# squares and reads nothing from strangers. Not the others: what Debian changes in them may be a security fix.
will_do_unpatched=(qrencode)

# Upstream's archive alone, checked against the signed index like the rest.
fetch_unpatched() {
  local source=$1 version=$2
  if [[ " ${will_do_unpatched[*]} " != *" $source "* ]]; then return 1; fi
  echo "debian_source: $source $version without Debian's changes, which the archive does not have" >&2
  rm -rf "$apt_dir/unpack" "$apt_dir/download"
  mkdir -p "$apt_dir/unpack" "$apt_dir/download"
  (cd "$apt_dir/download" && private_apt source --download-only --tar-only "$source=$version" >&2) || return 1
  tar -xf "$apt_dir"/download/*.orig.tar.* -C "$apt_dir/unpack"
}

fetch() {
  local source=$1 version=$2 target=$3
  update_once
  rm -rf "$apt_dir/unpack"
  mkdir -p "$apt_dir/unpack"
  # dpkg-source checks the signed checksums and applies debian/patches.
  (cd "$apt_dir/unpack" && private_apt source "$source=$version" >&2) || fetch_unpatched "$source" "$version"
  mv "$(find "$apt_dir/unpack" -mindepth 1 -maxdepth 1 -type d)" "$target"
}

for package in "$@"; do
  # shellcheck disable=SC2016
  read -r source version < <(dpkg-query -W -f '${source:Package} ${source:Version}\n' "$package")
  target=$dir/$source-$version
  if [ ! -d "$target" ]; then fetch "$source" "$version" "$target"; fi
  echo "$target"
done
rm -rf "$apt_dir"
