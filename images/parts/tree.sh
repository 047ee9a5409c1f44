# What a tree of packages lacks to be an image, and what it has too much.

# run_as USER MEMBERS: how the image is run; MEMBERS are those of the OCI configuration, as JSON.
run_as() {
  local home=/
  [ ! -d "$rootfs/data" ] || home=/data
  printf '{"os":"linux","config":{"User":"%s",%s,"Env":["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]}}\n' "$1:$1" "$2" >"$image/config.json"
  mkdir -p "$rootfs/etc"
  printf 'root:x:0:0:root:/root:/bin/sh\napp:x:%s:%s::%s:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n' "$1" "$1" $home >"$rootfs/etc/passwd"
  printf 'root:x:0:\napp:x:%s:\nnogroup:x:65534:\n' "$1" >"$rootfs/etc/group"
}

# only PROGRAM...: no other programs than these, of all that the packages brought.
only() {
  local program
  mkdir "$work/kept"
  # Through links: what is called redis-server may be a link to redis-check-rdb.
  for program in "$@"; do cp -L "$rootfs/usr/bin/$program" "$work/kept/"; done
  rm -rf "$rootfs"/usr/{bin,sbin}
  mkdir "$rootfs/usr/sbin"
  mv -T "$work/kept" "$rootfs/usr/bin"
}

# shell: sh and the programs that go with it, where the tree has none of that name; busybox-static has to be in it.
shell() {
  local applet
  for applet in $("$rootfs/usr/bin/busybox" --list); do
    [ -e "$rootfs/usr/bin/$applet" ] || ln -s busybox "$rootfs/usr/bin/$applet"
  done
}

# redis_like ENGINE: the programs of a Redis or Valkey, of which the server has several names and acts by the one it is called.
redis_like() {
  local bin=$rootfs/usr/bin role kept=("$1-server" "$1-cli")
  [ ! -e "$bin/$1-benchmark" ] || kept+=("$1-benchmark")
  only "${kept[@]}" busybox getent
  # The stock images have it; busybox here has not.
  debian_program util-linux flock
  for role in sentinel check-aof check-rdb; do ln -s "$1-server" "$bin/$1-$role"; done
  server "$1-server" 999
}

# server PROGRAM USER: as the stock images of servers are: sh, getent, /data, and arguments that go to the server.
server() {
  shell
  mkdir -p "$rootfs/usr/local/bin" "$rootfs/data"
  chmod 0777 "$rootfs/data"
  printf '#!/bin/sh\ncase ${1:-} in -* | *.conf | "") set -- %s "$@" ;; esac\nexec "$@"\n' "$1" >"$rootfs/usr/local/bin/docker-entrypoint.sh"
  chmod 0755 "$rootfs/usr/local/bin/docker-entrypoint.sh"
  run_as "$2" '"Entrypoint":["docker-entrypoint.sh"],"Cmd":["'"$1"'"],"WorkingDir":"/data"'
}

# tidy: what only installing needs is removed, and what containers expect is there; texts of licences stay.
tidy() {
  local lib
  for lib in "$rootfs"/usr/lib/*-linux-gnu; do rm -rf "$lib"/{audit,engines-*,gconv,ossl-modules,perl,perl-base,security,systemd}; done
  rm -rf "$rootfs"/usr/lib/{init,mime,systemd,sysusers.d,tmpfiles.d,udev} "$rootfs"/usr/{games,include,src} "$rootfs/var" "$rootfs/dev"
  find "$rootfs"/usr/share -mindepth 1 -maxdepth 1 ! -name doc ! -name ca-certificates -exec rm -rf {} + 2>/dev/null || true
  find "$rootfs"/usr/share/doc ! -type d ! -name copyright -delete 2>/dev/null || true
  find "$rootfs/etc" -mindepth 1 -maxdepth 1 ! -name passwd ! -name group ! -name ssl -exec rm -rf {} +
  find "$rootfs" -depth -type d -empty -path '*/usr/share/*' -delete
  chmod -R u-s,g-s "$rootfs"
  mkdir -p "$rootfs"/{dev,proc,sys,tmp,run,var}
  ln -sfn ../run "$rootfs/var/run"
  [ -d "$rootfs/data" ] && chmod 0777 "$rootfs/data"
  chmod 1777 "$rootfs/tmp"
}

# labels TITLE VERSION: members of Labels, of an image of this repository.
labels() {
  local name=org.opencontainers.image
  printf '"%s.title":"%s","%s.version":"%s","%s.licenses":"Apache-2.0","%s.source":"https://orlop.dev"' $name "$1" $name "$2" $name $name
}
