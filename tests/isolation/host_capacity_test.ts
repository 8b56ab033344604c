import assert from "node:assert/strict";
import { capacityProbe } from "../../lib/isolation/capacity_probe.ts";
import { type CapacityLimits, judgeCapacity } from "../../lib/isolation/host_capacity.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const NONE: CapacityLimits = {
  memoryBytes: Infinity,
  pidMax: Infinity,
  threadsMax: Infinity,
  groupPids: Infinity,
  openFiles: Infinity,
  watches: Infinity,
  namespaces: { "user.max_net_namespaces": Infinity },
  connections: Infinity,
};

/** A host with 24 GiB and the limits that Linux chooses for it. */
const HOST: CapacityLimits = {
  memoryBytes: 24 * 1024 ** 3,
  pidMax: 4_194_304,
  threadsMax: 192_000,
  groupPids: Infinity,
  openFiles: 524_288,
  watches: 190_000,
  namespaces: { "user.max_net_namespaces": 96_000, "user.max_mnt_namespaces": 96_000 },
  connections: 262_144,
};

const short: readonly [limits: Partial<CapacityLimits>, by: string, remedy: string][] = [
  [{ memoryBytes: 2 * 1024 ** 3 }, "162 by memory", "a machine or a container with 12 GiB"],
  [{ pidMax: 5_000 }, "533 by kernel.pid_max", "sysctl kernel.pid_max=9200"],
  [{ threadsMax: 5_000 }, "533 by kernel.threads-max", "sysctl kernel.threads-max=9200"],
  [{ groupPids: 4_915 }, "523 by pids.max", "TasksMax=9200 in the unit, or --pids-limit 9200"],
  [{ openFiles: 1_024 }, "102 by open files", "LimitNOFILE=5600 in the unit, or ulimit -Hn 5600"],
  [
    { watches: 1_000 },
    "468 by fs.inotify.max_user_watches",
    "sysctl fs.inotify.max_user_watches=2100",
  ],
  [
    { namespaces: { "user.max_net_namespaces": 500 } },
    "234 by user.max_net_namespaces",
    "sysctl user.max_net_namespaces=2100",
  ],
  [
    { connections: 32_768 },
    "512 by net.netfilter.nf_conntrack_max",
    "sysctl net.netfilter.nf_conntrack_max=64000",
  ],
  [{ openFiles: 10 }, "0 by open files", "LimitNOFILE=5600"],
];

for (const [limits, by, remedy] of short) {
  Deno.test(`judgeCapacity() of 1,000 functions with ${JSON.stringify(limits)}`, () => {
    const found = judgeCapacity(1_000, { ...HOST, ...limits });
    assert.ok(typeof found !== "string");
    assert.equal(found.status, "limited");
    assert.equal(
      found.detail,
      `1000 functions, but room for fewer that run at once: ${by}`,
    );
    assert.ok(found.remedy.includes(remedy), found.remedy);
  });
}

Deno.test("judgeCapacity() names all limits that are too small, the smallest first", () => {
  const found = judgeCapacity(1_000, { ...HOST, pidMax: 5_000, openFiles: 1_024 });
  assert.ok(typeof found !== "string");
  assert.match(found.detail, /: 102 by open files, 533 by kernel\.pid_max$/);
  assert.match(found.remedy, /raise the limits: LimitNOFILE=.*; sysctl kernel\.pid_max=9200$/);
});

Deno.test("judgeCapacity() says how many functions can run at once", () => {
  assert.equal(
    judgeCapacity(1_000, HOST),
    "room for 2210 functions that run at once (memory)",
  );
  assert.equal(judgeCapacity(1_000, NONE), "no limit of functions is known");
});

Deno.test("capacityProbe() counts the folders of the functions directory", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["a", "b", ".git", "_shared"]) await Deno.mkdir(directory.at(name));
  await Deno.writeTextFile(directory.at("ddsrv.json"), "{}");
  await Deno.symlink("/nowhere", directory.at("c"));
  const readLimits = (): Promise<CapacityLimits> => Promise.resolve({ ...HOST, watches: 68 });
  const probeOf = (
    functionsDirectory?: string,
  ): ReturnType<ReturnType<typeof capacityProbe>["probe"]> =>
    capacityProbe({ level: "full", functionsDirectory, readLimits }).probe();
  const found = await probeOf(directory.path);
  assert.ok(typeof found !== "string");
  assert.match(found.detail, /^3 functions, .* 2 by fs\.inotify/);
  for (const unknown of [undefined, directory.at("missing")]) {
    assert.equal(
      await probeOf(unknown),
      "room for 2 functions that run at once (fs.inotify.max_user_watches)",
    );
  }
});
