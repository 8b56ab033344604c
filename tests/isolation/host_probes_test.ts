import assert from "node:assert/strict";
import { examineHost } from "../../lib/isolation/host_probes.ts";
import { CommandError, type Run } from "../../lib/system/run.ts";

const LAYERS = [
  "system",
  "user",
  "programs",
  "rights",
  "runtime",
  "network",
  "firewall",
  "mounts",
  "sandbox",
  "filter",
  "landlock",
  "resources",
  "disk",
  "bandwidth",
  "ipv6",
  "names",
  "changes",
  "functions",
];

Deno.test("examineHost() tests every layer, and passes on this host", async () => {
  const findings = await examineHost();
  assert.deepEqual(findings.map(({ layer }) => layer), LAYERS);
  // A host may lack control groups and resolvers.
  for (const { layer, status, detail, remedy } of findings.slice(0, 10)) {
    assert.deepEqual([status, remedy], ["ok", ""], `${layer}: ${detail}`);
  }
});

Deno.test("examineHost() has a remedy for each missing layer", async () => {
  const commands: string[] = [];
  const run: Run = (command) => {
    commands.push(command.join(" "));
    return Promise.reject(new CommandError(command, "Operation not permitted"));
  };
  const findings = await examineHost({
    ...{ run, path: "/nowhere", uid: 1_000, os: "darwin", isContainer: false },
    ...{ status: "CapEff:\t0000000000000000\n", runtimeDirectory: "/nowhere" },
  });
  const missing = findings.filter(({ status }) => status === "missing");
  assert.deepEqual(missing.map(({ layer }) => layer), LAYERS.slice(0, 10));
  for (const { layer, remedy } of missing) assert.notEqual(remedy, "", layer);
  assert.match(missing[1]!.detail, /^user 1000, not root$/);
  assert.match(missing[2]!.remedy, /^apt-get install iproute2 nftables bubblewrap util-linux$/);
  assert.match(missing[3]!.detail, /^missing capabilities: CHOWN, .*, SYS_ADMIN$/);
  assert.match(missing[4]!.detail, /^cannot write to "\/nowhere": No such file/);
  assert.match(missing[9]!.remedy, /^Use a kernel with CONFIG_SECCOMP_FILTER/);
  assert.match(missing[5]!.detail, /"unshare --net true" failed: Operation not permitted/);
  const disk = findings.find(({ layer }) => layer === "disk")!;
  assert.equal(disk.status, "limited");
  assert.match(disk.detail, /^ddsrv counts data every few seconds.* \(Operation not permitted\)$/);
  assert.match(disk.remedy, /^Install e2fsprogs/);
  assert.equal(findings.find(({ layer }) => layer === "ipv6")!.status, "limited");
  assert.equal(commands.length, 11);
});

Deno.test("examineHost() names the container flag for each layer", async () => {
  const run: Run = (command) => Promise.reject(new CommandError(command, "exited with 1"));
  const findings = await examineHost({
    ...{ run, uid: 0, isContainer: true, runtimeDirectory: "/nowhere" },
    status: "CapEff:\t00000000a00425fb\n",
  });
  const remedies = findings.filter(({ status }) => status === "missing")
    .map(({ layer, remedy }) => [layer, remedy.split(/[ ,]+(?:or|and) /)[0]]);
  assert.deepEqual(remedies, [
    ["rights", "Run the container with --cap-add NET_ADMIN --cap-add SYS_ADMIN"],
    ["runtime", "Run the container with --tmpfs /run"],
    ["network", "Run the container with --cap-add SYS_ADMIN --security-opt seccomp=unconfined"],
    ["firewall", "Run the container with --cap-add NET_ADMIN"],
    [
      "mounts",
      "Upgrade bubblewrap: apt-get install bubblewrap. Debian 12 has the option since 0.8.0-2+deb12u1, other distributions since 0.10",
    ],
    [
      "sandbox",
      "Run the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined",
    ],
    [
      "filter",
      "Use a kernel with CONFIG_SECCOMP_FILTER; in a container, allow seccomp(2) in the container's seccomp profile",
    ],
  ]);
});
