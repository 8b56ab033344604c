// Starts sandboxes, one after the other in short time, and is gone in the middle of it.
// Argument: the owner of the control groups.
import { openControlGroups, readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { openReaper } from "../../lib/sandbox/reaper.ts";
import { sandboxCommand } from "../../lib/sandbox/sandbox.ts";
import { spawnFunction } from "../../lib/process/spawn.ts";

/** Enough processes that each is at another step, from the shell to the command. */
const SANDBOXES = 12;
const APART_MS = 0.7;

const groups = await openControlGroups(Deno.args[0]!, await readHierarchy());
if (Deno.args[1] !== "bare") await openReaper(groups);
const roomy = { memoryBytes: 2 ** 30, processes: 1_000, cpu: Infinity };
const parent = await groups.openParent("checks", roomy);
for (let index = 0; index < SANDBOXES; index++) {
  const until = performance.now() + APART_MS;
  const limits = { memoryBytes: 64 * 1024 ** 2, processes: 64, cpu: Infinity };
  const { open } = index % 2 === 0 ? groups : parent;
  const { joinFiles } = await open(String(index), limits);
  spawnFunction({
    ...sandboxCommand({
      joinFiles,
      uid: 12345,
      mounts: [],
      programs: true,
      workingDirectory: "/tmp",
      // Longer than any test waits: only the reaper ends it.
      command: ["sleep", "1d"],
    }),
    env: { PATH: "/usr/bin:/bin" },
    logRate: Infinity,
    onLine: () => {},
  });
  while (performance.now() < until);
}
Deno.kill(Deno.pid, "SIGKILL");
