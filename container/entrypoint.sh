#!/bin/sh
# Remounts writable what container runtimes mount read-only and ddsrv needs: the container's own
# control groups, to limit each function, and its own network settings. This needs CAP_SYS_ADMIN, as
# namespaces do. If it is not possible, ddsrv reports what is missing.

# Control groups version 2 only in a cgroup namespace of the container: otherwise they are the host's.
while read -r _ path type _; do
  case "$type:$(cat /proc/self/cgroup)" in
    cgroup:* | cgroup2:0::/) mount -o remount,bind,rw "$path" 2>/dev/null ;;
  esac
done </proc/mounts
mount -o remount,bind,rw /proc/sys 2>/dev/null

exec ddsrv "$@"
