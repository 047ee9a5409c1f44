#!/bin/bash
# The first process of a machine: boot.sh NAME FOLDER PROGRAMS SHARED
# Runs in new namespaces of mounts, processes, host name and IPC, and in the machine's network namespace. Gives the machine the parts of
# a file system that are its own, then starts its services and keeps them running. Its end is the end of every process and mount in here.
set -eu
name=$1 folder=$2 programs=$3 shared=$4

hostname "$name"
mount --make-rprivate /
# Names of network namespaces, of other clusters also, would be held by this machine for as long as it runs.
umount --recursive --lazy /run/netns 2>/dev/null || true
mount -t proc proc /proc

lib=$folder/lib
mkdir -p "$lib"/{kubelet,containerd,cni,shared-disks,kubernetes/bin,kubernetes/kernel} "$folder/log"
mount --bind "$programs" "$lib/kubernetes/bin"
mount --bind "$shared" "$lib/shared-disks"

# kubelet insists on these settings, which are the whole machine's: here it sets files of its own instead.
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  cat "/proc/sys/$setting" >"$lib/kubernetes/kernel/${setting//\//.}"
  mount --bind "$lib/kubernetes/kernel/${setting//\//.}" "/proc/sys/$setting"
done

mount -t tmpfs -o mode=0755 tmpfs /run
mkdir /run/lock
mount -t tmpfs tmpfs /tmp
mount --bind "$folder/log" /var/log
mount --rbind "$lib" /var/lib
# Pods may ask that what is mounted on one side is seen on the other.
mount --make-rshared /

export PATH=/var/lib/kubernetes/bin:$PATH
cd /
serve() {
  while :; do
    "/var/lib/kubernetes/services/$1" >>"/var/log/$1.log" 2>&1 </dev/null || true
    echo "$(date -Is) $1 ended; it is started again" >>"/var/log/$1.log"
    sleep 1
  done
}
for service in /var/lib/kubernetes/services/*; do
  serve "${service##*/}" &
done
# Those whose parent has ended become children of this process: the shell takes note of their end while it waits.
wait
