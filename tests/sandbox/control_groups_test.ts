import assert from "node:assert/strict";
import { join } from "node:path";
import { CONTROLLERS } from "../../lib/sandbox/cgroup_hierarchy.ts";
import { openControlGroups, readHierarchy } from "../../lib/sandbox/control_groups.ts";
import type { GroupTree } from "../../lib/sandbox/group_tree.ts";
import { eventually } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const LIMITS = { memoryBytes: 64 * 1024 ** 2, processes: 64, cpu: 0.5 };
const OWNER = `t${Deno.pid}`;

/** Starts a shell command in a group. */
function spawnIn(joinFiles: readonly string[], script: string): Deno.ChildProcess {
  const join = joinFiles.map((file) => `echo 0 >'${file}'; `).join("");
  return new Deno.Command("sh", { args: ["-c", `${join}${script}`], stderr: "null" }).spawn();
}

Deno.test("ControlGroups.open() limits processes that join, and counts out-of-memory kills", async () => {
  await using groups = await openControlGroups(OWNER, await readHierarchy());
  await using group = await groups.open("1", LIMITS);
  assert.equal(await group.oomKills(), 0);
  const hungry =
    `exec '${Deno.execPath()}' eval 'for (const all = [];;) all.push(new Uint8Array(1e7).fill(1))'`;
  assert.equal((await spawnIn(group.joinFiles, hungry).status).success, false);
  assert.ok(await group.oomKills() > 0);
});

Deno.test("ControlGroup kills its processes on disposal", async () => {
  await using groups = await openControlGroups(OWNER, await readHierarchy());
  const group = await groups.open("1", LIMITS);
  // A process with its own session that ignores SIGTERM.
  const child = spawnIn(group.joinFiles, "trap '' TERM; exec setsid sleep 60");
  await joined(group.joinFiles);
  await group[Symbol.asyncDispose]();
  assert.equal((await child.status).signal, "SIGKILL");
  await assert.rejects(Deno.stat(group.joinFiles[0]!), Deno.errors.NotFound);
});

Deno.test("openControlGroups() removes only groups of a predecessor", async () => {
  const hierarchy = await readHierarchy();
  const left = await openControlGroups(OWNER, hierarchy);
  const { joinFiles } = await left.open("7", LIMITS);
  const child = spawnIn(joinFiles, "exec sleep 60");
  await using other = await openControlGroups(`${OWNER}x`, hierarchy);
  await using kept = await other.open("7", LIMITS);
  await joined(joinFiles);
  await using _ = await openControlGroups(OWNER, hierarchy);
  assert.equal((await child.status).signal, "SIGKILL");
  await assert.rejects(Deno.stat(joinFiles[0]!), Deno.errors.NotFound);
  await Deno.stat(kept.joinFiles[0]!);
});

Deno.test("ParentGroup limits its children together, and removes them on disposal", async () => {
  const hierarchy = await readHierarchy();
  await using groups = await openControlGroups(OWNER, hierarchy);
  await using aside = await groups.open("aside", LIMITS);
  const parent = await groups.openParent("checks", { ...LIMITS, cpuWeight: 10, ioWeight: 10 });
  const roomy = { ...LIMITS, memoryBytes: 10 * LIMITS.memoryBytes };
  const modest = await parent.open("modest", roomy);
  const hungry = await parent.open("hungry", roomy);
  const sleeper = spawnIn(modest.joinFiles, "exec sleep 60");
  const neighbour = spawnIn(aside.joinFiles, "exec sleep 60");
  await joined(modest.joinFiles);
  await joined(aside.joinFiles);
  const eat =
    `exec '${Deno.execPath()}' eval 'for (const all = [];;) all.push(new Uint8Array(1e7).fill(1))'`;
  assert.equal((await spawnIn(hungry.joinFiles, eat).status).success, false);
  assert.ok(await hungry.oomKills() > 0, "the hungry one is told of");
  assert.equal(await modest.oomKills(), 0, "the modest one is not");
  await parent.setCpuWeight(100);
  await modest.setCpuWeight(1);
  // The children have not been removed before.
  await parent[Symbol.asyncDispose]();
  assert.equal((await sleeper.status).signal, "SIGKILL");
  await assert.rejects(Deno.stat(modest.joinFiles[0]!), Deno.errors.NotFound);
  assert.notEqual((await Deno.readTextFile(aside.joinFiles[0]!)).trim(), "");
  neighbour.kill("SIGKILL");
  await neighbour.status;
});

Deno.test("openControlGroups() removes nested groups", async () => {
  const hierarchy = await readHierarchy();
  const left = await openControlGroups(OWNER, hierarchy);
  const parent = await left.openParent("checks", LIMITS);
  const { joinFiles } = await parent.open("check-1", LIMITS);
  const child = spawnIn(joinFiles, "exec sleep 60");
  await joined(joinFiles);
  await using _ = await openControlGroups(OWNER, hierarchy);
  assert.equal((await child.status).signal, "SIGKILL");
  await assert.rejects(Deno.stat(joinFiles[0]!), Deno.errors.NotFound);
});

async function joined(joinFiles: readonly string[]): Promise<void> {
  for (const file of joinFiles) {
    await eventually(`a process in ${file}`, async () => {
      return (await Deno.readTextFile(file)).trim() !== "";
    });
  }
}

/** A fake cgroup v2 tree of ordinary files. */
function treeOfFiles(): GroupTree & { readonly killed: string[] } {
  const killed: string[] = [];
  const busy = new Set<string>();
  return {
    killed,
    async make(path) {
      await Deno.mkdir(path);
      busy.add(path);
      const files = ["memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max"]
        .concat(["cpu.weight", "cgroup.subtree_control"]);
      for (const file of [...files, "cgroup.procs", "cgroup.kill"]) {
        await Deno.writeTextFile(join(path, file), "");
      }
      await Deno.writeTextFile(join(path, "memory.events"), "low 0\noom 1\noom_kill 2\n");
    },
    async remove(path) {
      // A group is not empty before its processes are killed.
      if (busy.has(path) && await Deno.readTextFile(join(path, "cgroup.kill")) !== "1") {
        throw Object.assign(new Error("busy"), { code: "EBUSY" });
      }
      if (busy.has(path)) killed.push(path);
      await Deno.remove(path, { recursive: true });
    },
  };
}

Deno.test("openControlGroups() writes the files of version 2", async () => {
  await using directory = await temporaryDirectory();
  const bases = Object.fromEntries(CONTROLLERS.map((name) => [name, directory.path]));
  const tree = treeOfFiles();
  const read = (path: string): Promise<string> => Deno.readTextFile(directory.at(path));
  {
    await using groups = await openControlGroups("abc", { version: 2, bases }, tree);
    assert.equal(await read("cgroup.subtree_control"), "+memory +pids +cpu");
    assert.equal(await read("ddsrv-abc/cgroup.subtree_control"), "+memory +pids +cpu");
    const group = await groups.open("1", LIMITS);
    assert.deepEqual(group.joinFiles, [directory.at("ddsrv-abc/1/cgroup.procs")]);
    const written = {
      "memory.max": "67108864",
      "memory.swap.max": "0",
      "memory.oom.group": "1",
      "pids.max": "64",
      "cpu.max": "50000 100000",
    };
    for (const [file, text] of Object.entries(written)) {
      assert.equal(await read(`ddsrv-abc/1/${file}`), text, file);
    }
    assert.equal(await group.oomKills(), 2);
    await group[Symbol.asyncDispose]();
    assert.deepEqual(tree.killed, [directory.at("ddsrv-abc/1")]);
    await groups.openParent("checks", { ...LIMITS, cpuWeight: 10 });
    assert.equal(await read("ddsrv-abc/checks/cgroup.subtree_control"), "+memory +pids +cpu");
    assert.equal(await read("ddsrv-abc/checks/cpu.weight"), "10");
    assert.equal(
      await read("ddsrv-abc/checks/memory.oom.group"),
      "",
      "one check's end is not all's",
    );
  }
  await assert.rejects(Deno.stat(directory.at("ddsrv-abc")), Deno.errors.NotFound);
});

Deno.test("ControlGroups.open() names a limit that can't be set, and removes the group", async () => {
  await using directory = await temporaryDirectory();
  const bases = Object.fromEntries(CONTROLLERS.map((name) => [name, directory.path]));
  // No kernel creates the files of a group here.
  const groups = await openControlGroups("abc", { version: 2, bases });
  await assert.rejects(
    groups.open("1", LIMITS),
    /Cannot set the limit ".*\/ddsrv-abc\/1\/memory.max"/,
  );
  await assert.rejects(Deno.stat(directory.at("ddsrv-abc/1")), Deno.errors.NotFound);
});

const { version } = await readHierarchy();

Deno.test({
  name: "openControlGroups() works with a real version 2 hierarchy",
  ignore: (() => {
    if (version !== 2) printSkip("version 1 is tested here; for version 2 run deno task test:v2");
    return version !== 2;
  })(),
  async fn() {
    await using groups = await openControlGroups(OWNER, await readHierarchy());
    await using group = await groups.open("1", { ...LIMITS, cpuWeight: 10, ioWeight: 10 });
    const [procs = ""] = group.joinFiles;
    const read = (file: string): Promise<string> =>
      Deno.readTextFile(procs.replace("cgroup.procs", file));
    assert.equal(await read("pids.max"), "64\n");
    assert.equal(await read("cpu.weight"), "10\n");
    assert.match(await read("io.weight"), /^default 10$/m);
    assert.match(await read("memory.stat"), /^sock \d+$/m);
  },
});

function printSkip(reason: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`Skipped: ${reason}\n`));
}
