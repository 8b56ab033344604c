import type { ResourceLimits } from "./cgroup_limits.ts";
import type { ControlGroups } from "./control_groups.ts";

/** It waits nearly always, and is small. */
const LIMITS: ResourceLimits = { memoryBytes: 64 * 1024 ** 2, processes: 64, cpu: Infinity };

/**
 * Arguments are the files of its own group. It joins that, waits until nobody holds the other end of
 * its input, and takes the groups beside its own away with all that is in them: what has not joined
 * yet then can't any more, and ends by itself. Groups are two deep at most. A terminal's signals are
 * for the supervisor.
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
 * Starts a small process that outlives the supervisor, whatever that dies of, and then ends what is
 * in its groups. bwrap's promise to die with its parent does not hold for one that has just been
 * started: it is made only after the parent may have died, and its child makes it later still.
 */
export async function openReaper(groups: ControlGroups): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  // The next start sweeps this group with the others, and so ends a reaper before it makes its own.
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
      // That ends it too.
      await group[Symbol.asyncDispose]();
      await child.status;
      await child.stdin.close();
    },
  };
}
