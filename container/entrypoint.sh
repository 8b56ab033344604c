#!/bin/sh
# Makes writable what ddsrv needs and the container runtime mounts read-only: the container's own control
# groups, which limit each function, and the settings of its own network. CAP_SYS_ADMIN, which namespaces
# need anyway, allows this. If something else forbids it, ddsrv says what is missing.

# Version 2: only in the container's own namespace. In the host's namespace, these would be all groups.
while read -r _ path type _; do
  case "$type:$(cat /proc/self/cgroup)" in
    cgroup:* | cgroup2:0::/) mount -o remount,bind,rw "$path" 2>/dev/null ;;
  esac
done </proc/mounts
mount -o remount,bind,rw /proc/sys 2>/dev/null

exec ddsrv "$@"
