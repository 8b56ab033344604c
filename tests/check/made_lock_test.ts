import assert from "node:assert/strict";
import { LockError, MAX_LOCK_BYTES, openMadeLock } from "../../lib/check/made_lock.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openMadeLock() reads what a check wrote, once or not at all, and removes it", async () => {
  await using directory = await temporaryDirectory();
  const place = { host: directory.path, inside: directory.path };
  {
    await using lock = await openMadeLock(place);
    assert.equal(await lock.read(), undefined);
    await Deno.writeTextFile(lock.path, '{"version":"5"}');
    assert.equal(await lock.read(), '{"version":"5"}');
  }
  {
    await using lock = await openMadeLock({ ...place, inside: "/ddsrv/cache" }, "known");
    assert.match(lock.path, /^\/ddsrv\/cache\/lock-[0-9a-f-]{36}\.json$/);
    assert.equal(await lock.read(), "known");
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.path)), []);
});

const attacks: readonly [what: string, make: (path: string) => Promise<unknown>][] = [
  ["a link", (path) => Deno.symlink("/etc/passwd", path)],
  ["a directory", (path) => Deno.mkdir(path)],
  ["a pipe", (path) => new Deno.Command("mkfifo", { args: [path] }).output()],
  ["another name of a file", async (path) => {
    await Deno.writeTextFile(`${path}.secret`, "secret");
    await Deno.link(`${path}.secret`, path);
  }],
  ["a file that is too large", (path) => Deno.writeFile(path, new Uint8Array(MAX_LOCK_BYTES + 1))],
];

Deno.test("openMadeLock() reads only a regular file with one name and a limited size", async () => {
  for (const [what, make] of attacks) {
    await using directory = await temporaryDirectory();
    const cache = directory.at("cache");
    await Deno.mkdir(cache);
    await using lock = await openMadeLock({ host: cache, inside: cache });
    await make(lock.path);
    await assert.rejects(lock.read(), LockError, what);
  }
});
