# Packages of Debian.

# Packages that only the scripts of other packages need: none of those scripts runs, so they count as installed.
unneeded='adduser base-passwd debconf dpkg init-system-helpers libdb5.3 lsb-base openssl-provider-legacy passwd perl sysvinit-utils tar usrmerge'

# debian SUITE PACKAGE...: unpacks the packages and what they depend on. Each is downloaded once, and checked by apt against the keys of Debian.
debian() {
  local package
  suite=$1
  get_debian "$@"
  mkdir -p "$rootfs"/usr/{bin,sbin,lib,lib64}
  for package in bin sbin lib lib64; do ln -sfn "usr/$package" "$rootfs/$package"; done
  while read -r package; do
    dpkg-deb --fsys-tarfile "$cache/packages-$suite/$package" | tar -C "$rootfs" -xp --keep-directory-symlink --no-same-owner
  done <"$work/packages"
}

# debian_program PACKAGE PROGRAM: one program of the same suite, which needs no more than the C library.
debian_program() {
  get_debian "$suite" "$1"
  dpkg-deb --fsys-tarfile "$cache/packages-$suite/$(grep "^$1_" "$work/packages")" | tar -C "$rootfs" -xp --no-same-owner "./usr/bin/$2"
}

# get_debian SUITE PACKAGE...: the names of the files go to $work/packages.
get_debian() {
  (
    flock 9
    [ -n "$(find "$cache/debian-$1" -maxdepth 0 -mmin -1440 2>/dev/null)" ] || ask_debian "$1"
    # Lists of yesterday name what the mirror has replaced since.
    fetch_debian "$@" || { ask_debian "$1" && fetch_debian "$@"; }
  ) 9>"$cache/.lock-debian-$1" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
}

fetch_debian() {
  local suite=$1 package missing=''
  shift
  # As if none were there yet, apt names all; the second word is the name of the file.
  from_debian "$suite" /nonexistent --print-uris install "$@" >"$work/uris"
  cut -d ' ' -f 2 "$work/uris" | sort >"$work/packages"
  while read -r package; do [ -e "$cache/packages-$suite/$package" ] || missing=1; done <"$work/packages"
  [ -z "$missing" ] || from_debian "$suite" "$cache/packages-$suite" --download-only install "$@"
}

from_debian() {
  local lists=$cache/debian-$1 packages=$2
  shift 2
  apt-get -qq --yes --no-install-recommends -o Dir="$lists" -o Dir::State::status="$lists/var/lib/dpkg/status" \
    -o Dir::Cache::archives="$packages" -o APT::Sandbox::User=root -o pkgCacheGen::ForceEssential=, "$@"
}

# ask_debian SUITE: the lists of what there is. mmdebstrap knows the mirrors and the keys, on other distributions, too.
ask_debian() {
  local lists=$work/lists mode=root unneeded_package
  [ "$(id -u)" -eq 0 ] || mode=chrootless
  rm -rf "$lists"
  mmdebstrap --quiet --mode="$mode" --variant=custom --skip=cleanup,check/empty \
    --aptopt='Acquire::Check-Valid-Until "false"' "$1" "$lists" || return
  rm -rf "$lists"/{dev,tmp,var/cache}
  mkdir -p "$lists/var/cache/apt" "$cache/packages-$1/partial"
  for unneeded_package in $unneeded; do
    printf 'Package: %s\nStatus: install ok installed\nVersion: 9999\nArchitecture: %s\nMulti-Arch: allowed\nMaintainer: none\nDescription: none\n\n' \
      "$unneeded_package" "$(dpkg --print-architecture)"
  done >"$lists/var/lib/dpkg/status"
  rm -rf "$cache/debian-$1"
  mv -T "$lists" "$cache/debian-$1"
  # Read once, not for each recipe.
  apt-cache -o Dir="$cache/debian-$1" -o Dir::State::status="$cache/debian-$1/var/lib/dpkg/status" -o pkgCacheGen::ForceEssential=, gencaches
}
