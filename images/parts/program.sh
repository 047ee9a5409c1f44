# Programs that this repository builds.

# kubernetes NAME: the folder that holds the static program NAME; built when it is missing.
kubernetes() {
  "$top/hack/kubernetes/build" "$1"
}

# node_runtime: Node as this repository pins it, without its symbols for debuggers, and the libraries it wants; no shell.
node_runtime() {
  debian bookworm libc6 libstdc++6
  only
  install -D --strip "$(node -p process.execPath)" "$rootfs/usr/bin/node"
  install -D -m 0644 "$top/node_modules/node/node_modules"/node-linux-*/LICENSE "$rootfs/usr/share/doc/node/copyright"
}
