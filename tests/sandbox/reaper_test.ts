import assert from "node:assert/strict";
import { openControlGroups, readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { openReaper } from "../../lib/sandbox/reaper.ts";
import { eventually } from "../patience.ts";

const OWNER = `r${Deno.pid}`;
const SPAWNER = new URL("kill_spawner.ts", import.meta.url).pathname;

Deno.test("openReaper() kills processes that a killed supervisor was starting", async () => {
  const hierarchy = await readHierarchy();
  for (let round = 0; round < 3; round++) {
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", SPAWNER, OWNER],
      stdin: "null",
    }).output();
    assert.equal(signal, "SIGKILL");
    await eventually("no process is left", async () => await countProcesses(OWNER) === 0);
    await eventually("no group is left", async () => !await hasGroups(OWNER));
    await using _swept = await openControlGroups(OWNER, hierarchy);
  }
});

Deno.test("openReaper() touches no other group and leaves nothing on disposal", async () => {
  await using groups = await openControlGroups(OWNER, await readHierarchy());
  const limits = { memoryBytes: 64 * 1024 ** 2, processes: 64, cpu: Infinity };
  await using group = await groups.open("1", limits);
  const reaper = await openReaper(groups);
  await reaper[Symbol.asyncDispose]();
  await Deno.stat(group.joinFiles[0]!);
});

Deno.test("openReaper() ends on disposal where the host has no groups", async () => {
  await using groups = await openControlGroups(OWNER, { version: 1, bases: {} });
  const reaper = await openReaper(groups);
  await reaper[Symbol.asyncDispose]();
});

/** Returns true if an owner has groups other than the reaper's. */
async function hasGroups(owner: string): Promise<boolean> {
  const { bases: { memory = "" } } = await readHierarchy();
  const entries = await Array.fromAsync(Deno.readDir(`${memory}/ddsrv-${owner}`));
  return entries.some(({ isDirectory, name }) => isDirectory && !name.startsWith("reaper-"));
}

/** Returns the processes in an owner's groups, without the reaper's. */
async function countProcesses(owner: string): Promise<number> {
  const tag = new RegExp(`/ddsrv-${owner}/(?!reaper-)`);
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    const groups = await Deno.readTextFile(`/proc/${name}/cgroup`).catch(() => "");
    if (tag.test(groups)) count++;
  }
  return count;
}
