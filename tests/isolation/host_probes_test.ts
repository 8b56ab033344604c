import assert from "node:assert/strict";
import { examineHost } from "../../lib/isolation/host_probes.ts";
import { CommandError, type Run } from "../../lib/system/run.ts";

const LAYERS = [
  "system",
  "user",
  "programs",
  "network",
  "firewall",
  "sandbox",
  "resources",
  "names",
];

Deno.test("examineHost() tries every layer, and finds this host fit", async () => {
  const findings = await examineHost();
  assert.deepEqual(findings.map(({ layer }) => layer), LAYERS);
  // Control groups and resolvers are what a host may well lack.
  for (const { layer, status, detail, remedy } of findings.slice(0, 6)) {
    assert.deepEqual([status, remedy], ["ok", ""], `${layer}: ${detail}`);
  }
});

Deno.test("examineHost() says of each layer that is missing what to do", async () => {
  const commands: string[] = [];
  const run: Run = (command) => {
    commands.push(command.join(" "));
    return Promise.reject(new CommandError(command, "Operation not permitted"));
  };
  const findings = await examineHost({ run, path: "/nowhere", uid: 1_000, os: "darwin" });
  const missing = findings.filter(({ status }) => status === "missing");
  assert.deepEqual(missing.map(({ layer }) => layer), LAYERS.slice(0, 6));
  for (const { layer, remedy } of missing) assert.notEqual(remedy, "", layer);
  assert.match(missing[1]!.detail, /^user 1000, not root$/);
  assert.match(missing[2]!.remedy, /^apt-get install iproute2 nftables bubblewrap util-linux$/);
  assert.match(missing[3]!.detail, /"unshare --net true" failed: Operation not permitted/);
  assert.equal(commands.length, 3);
});
