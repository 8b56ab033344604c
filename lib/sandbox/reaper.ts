import type { ResourceLimits } from "./cgroup_limits.ts";
import type { ControlGroups } from "./control_groups.ts";

/** The reaper is small and almost always waits. */
const LIMITS: ResourceLimits = { memoryBytes: 64 * 1024 ** 2, processes: 64, cpu: Infinity };

/**
 * Arguments: the files by which it joins its own group. It waits until no process holds the other
 * end of its input, and then removes the sibling groups and kills their processes. A process that
 * has not joined yet can't join any more, and exits. Groups are at most two levels deep. It ignores
 * a terminal's signals, which are for the supervisor.
 */
const SCRIPT = `trap '' HUP INT QUIT TERM
for file; do echo 0 >"$file" || exit 125; done
read -r _
round=0
while [ $((round += 1)) -le 200 ]; do
  left=no
  for file; do
    own=\${file%/*}
    for group in "\${own%/*}"/*/ "\${own%/*}"/*/*/; do
      [ "$group" != "$own/" ] && [ -d "$group" ] || continue
      left=yes
      echo 1 >"$group/cgroup.kill" ||
        while read -r pid; do kill -KILL "$pid"; done <"$group/cgroup.procs"
    done
    rmdir "\${own%/*}"/*/*/ "\${own%/*}"/*/
  done
  [ $left = no ] && break
  sleep 0.01
done`;

/**
 * Starts a small process that kills all functions when the supervisor exits for any reason. bwrap's
 * option --die-with-parent is not enough for a process that has just started: bwrap sets it only
 * some milliseconds later, and its child later still.
 */
export async function openReaper(groups: ControlGroups): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  // The next supervisor removes this group, and so kills this reaper, before it starts its own.
  const group = stack.use(await groups.open(`reaper-${Deno.pid}`, LIMITS));
  const child = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "reaper", ...group.joinFiles],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  stack.move();
  return {
    async [Symbol.asyncDispose]() {
      // This also kills the reaper, unless the host has no group for it.
      await group[Symbol.asyncDispose]();
      if (group.joinFiles.length === 0) child.kill("SIGKILL");
      await child.status;
      await child.stdin.close();
    },
  };
}
