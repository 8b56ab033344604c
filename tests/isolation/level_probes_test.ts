import assert from "node:assert/strict";
import type { Finding } from "../../lib/isolation/finding.ts";
import { examineHost } from "../../lib/isolation/host_probes.ts";
import { CommandError, type Run } from "../../lib/system/run.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const LAYERS = ["system", "user", "programs", "mounts", "sandbox", "landlock", "filter"].concat(
  ["resources", "disk"],
);

/** Not available without root, but not required. */
const UNBOUNDED = ["resources", "disk"];
const LIMITED = ["landlock", ...UNBOUNDED];

/** Another test covers the number of watched directories. */
const statuses = (findings: readonly Finding[]): (readonly string[])[] =>
  findings.slice(0, LAYERS.length).map(({ layer, status }) => [layer, status]);

Deno.test("examineHost() tests each layer of the rootless level for an ordinary user", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["bwrap", "setpriv"]) await Deno.chmod(await directory.write(name), 0o755);
  const commands: (readonly string[])[] = [];
  const run: Run = (command) => {
    commands.push(command);
    return Promise.resolve("--ro-bind-fd FD DEST");
  };
  const findings = await examineHost({
    level: "rootless",
    run,
    path: directory.path,
    uid: 1_000,
    os: "linux",
  });
  assert.deepEqual(
    statuses(findings),
    LAYERS.map((layer) => [layer, UNBOUNDED.includes(layer) ? "limited" : "ok"]),
  );
  assert.deepEqual(findings.slice(0, 7).map(({ detail }) => detail), [
    "Linux",
    "user 1000",
    "bwrap, setpriv",
    "bubblewrap mounts file descriptors",
    "users, network, processes and files by bubblewrap",
    "a second layer that protects files",
    "bubblewrap filters system calls (seccomp)",
  ]);
  for (const { layer, status, remedy } of findings) {
    assert.equal(remedy === "", status === "ok", layer);
  }
  assert.equal(commands.length, 4);
  for (const word of ["bwrap", "--unshare-user", "--disable-userns", "--unshare-net"]) {
    assert.ok(commands[1]!.includes(word), word);
  }
});

Deno.test("examineHost() has a remedy for each layer of the rootless level", async () => {
  const run: Run = (command) => Promise.reject(new CommandError(command, "No permissions"));
  const findings = await examineHost({
    level: "rootless",
    run,
    path: "/nowhere",
    uid: 0,
    os: "darwin",
  });
  assert.deepEqual(
    statuses(findings),
    LAYERS.map((layer) => [layer, LIMITED.includes(layer) ? "limited" : "missing"]),
  );
  const [system, user, programs, mounts, sandbox, landlock, filter, resources] = findings;
  assert.deepEqual([system!.detail, system!.remedy], ["darwin", "Run ddsrv on Linux"]);
  assert.deepEqual([user!.detail, user!.remedy], [
    "root",
    "Remove --isolation=rootless, or run ddsrv as an ordinary user",
  ]);
  assert.deepEqual([programs!.detail, programs!.remedy], [
    "not on the PATH: bwrap, setpriv",
    "apt-get install bubblewrap util-linux",
  ]);
  assert.match(mounts!.remedy, /^Upgrade bubblewrap: /);
  assert.match(sandbox!.detail, /^"bwrap .*" failed: No permissions$/);
  assert.match(sandbox!.remedy, /kernel\.unprivileged_userns_clone=1.*--isolation=none$/);
  assert.match(filter!.remedy, /^Use a kernel with CONFIG_SECCOMP_FILTER/);
  assert.equal(landlock!.detail, "No permissions");
  assert.match(landlock!.remedy, /Install perl-base/);
  assert.match(resources!.detail, /^without root, no limit for CPU, processes and memory/);
});

Deno.test("examineHost() has one finding without isolation", async () => {
  const run: Run = () => Promise.reject(new Error("no command may run"));
  for (const os of ["linux", "darwin"]) {
    for (const uid of [0, 1_000, null]) {
      assert.deepEqual(await examineHost({ level: "none", run, path: "/nowhere", uid, os }), [{
        layer: "files",
        status: "limited",
        detail: "only Deno's permissions, on any system",
        remedy:
          "Use it for development only. Choose --isolation=full or rootless to isolate functions",
      }]);
    }
  }
});
