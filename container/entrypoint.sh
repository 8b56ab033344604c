#!/bin/sh
# Makes writable what a container's runtime mounts read-only and ddsrv needs: the container's own
# control groups, which bound each function, and the settings of its own network. CAP_SYS_ADMIN,
# which namespaces take anyway, allows that; where something else forbids it, ddsrv says what it lacks.

# Of version 2, only what is the container's own: under the host's namespace it would be all.
while read -r _ path type _; do
  case "$type:$(cat /proc/self/cgroup)" in
    cgroup:* | cgroup2:0::/) mount -o remount,bind,rw "$path" 2>/dev/null ;;
  esac
done </proc/mounts
mount -o remount,bind,rw /proc/sys 2>/dev/null

exec ddsrv "$@"
