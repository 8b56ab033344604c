import assert from "node:assert/strict";
import { join } from "node:path";
import { formatHosts, type HostsEntry, openHostsFile } from "../../lib/sandbox/hosts_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const LOCAL = "127.0.0.1 localhost\n::1 localhost\n";

const rows: readonly [what: string, names: readonly HostsEntry[], lines: string][] = [
  ["nothing", [], ""],
  ["a name", [{ name: "a.test", addresses: ["192.0.2.1"] }], "192.0.2.1 a.test\n"],
  ["a name without addresses", [{ name: "a.test", addresses: [] }], ""],
  [
    "several addresses of a name in order",
    [{ name: "a.test", addresses: ["192.0.2.2", "192.0.2.1"] }],
    "192.0.2.2 a.test\n192.0.2.1 a.test\n",
  ],
  [
    "names with one address",
    [{ name: "b.test", addresses: ["192.0.2.1"] }, { name: "a.test", addresses: ["192.0.2.1"] }],
    "192.0.2.1 b.test\n192.0.2.1 a.test\n",
  ],
  [
    "a name with two ports once",
    [{ name: "a.test", addresses: ["192.0.2.1"] }, { name: "a.test", addresses: ["192.0.2.1"] }],
    "192.0.2.1 a.test\n",
  ],
];

for (const [what, names, lines] of rows) {
  Deno.test(`formatHosts() writes ${what}`, () => {
    assert.equal(formatHosts(names), LOCAL + lines);
  });
}

Deno.test("openHostsFile() starts with localhost, and removes its directory", async () => {
  await using directory = await temporaryDirectory();
  const place = directory.at("names/one");
  const hosts = await openHostsFile(place);
  assert.equal(await Deno.readTextFile(join(place, "hosts")), LOCAL);
  await hosts[Symbol.asyncDispose]();
  await assert.rejects(Deno.lstat(place), Deno.errors.NotFound);
});

Deno.test("openHostsFile() mounts the directory read-only, and links the file", async () => {
  await using directory = await temporaryDirectory();
  await using hosts = await openHostsFile(directory.at("names"));
  assert.deepEqual(hosts.mount, { source: directory.at("names"), target: "/ddsrv/names" });
  assert.deepEqual(hosts.link, { path: "/etc/hosts", target: "/ddsrv/names/hosts" });
});

Deno.test("HostsFile.write() replaces the whole file", async () => {
  await using directory = await temporaryDirectory();
  await using hosts = await openHostsFile(directory.at("names"));
  const path = directory.at("names/hosts");
  // A reader of the old file can read it to its end.
  using before = await Deno.open(path);
  await hosts.write([{ name: "a.test", addresses: ["192.0.2.1"] }]);
  assert.equal(await Deno.readTextFile(path), `${LOCAL}192.0.2.1 a.test\n`);
  assert.equal(await new Response(before.readable).text(), LOCAL);
  await hosts.write([]);
  assert.equal(await Deno.readTextFile(path), LOCAL);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(directory.at("names")))).length, 1);
});

Deno.test("openHostsFile() is readable for functions, and writable only for root", async () => {
  await using directory = await temporaryDirectory();
  const umask = Deno.umask(0o022);
  await using hosts = await openHostsFile(directory.at("names"));
  await hosts.write([{ name: "a.test", addresses: ["192.0.2.1"] }]);
  Deno.umask(umask);
  const modes = [directory.at("names"), directory.at("names/hosts")]
    .map((path) => Deno.statSync(path).mode! & 0o777);
  assert.deepEqual(modes, [0o755, 0o644]);
});
