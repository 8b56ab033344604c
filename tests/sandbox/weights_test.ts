import assert from "node:assert/strict";
import { openControlGroups, readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { eventually } from "../patience.ts";

const OWNER = `w${Deno.pid}`;

/** CPU time of the favoured group before the comparison, in the kernel's ticks of 10 ms. */
const ENOUGH_TICKS = 100;

Deno.test("ResourceLimits.cpuWeight decides the shares of a contended CPU", async () => {
  await using groups = await openControlGroups(OWNER, await readHierarchy());
  const limits = { memoryBytes: 64 * 1024 ** 2, processes: 64, cpu: Infinity };
  await using favoured = await groups.open("favoured", { ...limits, cpuWeight: 100 });
  await using parent = await groups.openParent("parent", { ...limits, cpuWeight: 10 });
  await using slighted = await parent.open("slighted", limits);
  // On one core, so that they compete.
  const core = /^Cpus_allowed_list:\t(\d+)/m.exec(
    await Deno.readTextFile("/proc/self/status"),
  )![1]!;
  const spawn = (joinFiles: readonly string[]): Deno.ChildProcess =>
    new Deno.Command("taskset", {
      args: ["-c", core, "sh", "-c", 'for file; do echo 0 >"$file"; done; while :; do :; done']
        .concat("sh", ...joinFiles),
    }).spawn();
  const children = [spawn(favoured.joinFiles), spawn(slighted.joinFiles)] as const;
  for (const file of [...favoured.joinFiles, ...slighted.joinFiles]) {
    await eventually(`a process in ${file}`, async () => {
      return (await Deno.readTextFile(file)).trim() !== "";
    });
  }
  const before = await Promise.all(children.map(ticks));
  await eventually("the favoured one has run", async () => {
    return await ticks(children[0]) - before[0]! >= ENOUGH_TICKS;
  });
  const [used = 0, theirs = 0] = (await Promise.all(children.map(ticks)))
    .map((after, index) => after - before[index]!);
  for (const child of children) {
    child.kill("SIGKILL");
    await child.status;
  }
  assert.ok(used > 3 * theirs, `ten times the weight gave ${used} ticks against ${theirs}`);
});

/** Returns the CPU time of a process, proc_pid_stat(5). */
async function ticks({ pid }: Deno.ChildProcess): Promise<number> {
  const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
