import assert from "node:assert/strict";
import { join } from "node:path";
import { collectCode, type CollectedCode } from "../../lib/isolation/collect_code.ts";
import { CODE_DATABASES } from "../../lib/sandbox/code_cache.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const [FIRST = ""] = CODE_DATABASES;

async function prepare(directory: TemporaryDirectory): Promise<(name: string) => string> {
  await Deno.mkdir(directory.at("cache"));
  await Deno.mkdir(directory.at("copy"));
  for (const name of CODE_DATABASES) {
    await Deno.writeTextFile(join(directory.at("cache"), name), `content of ${name}`);
  }
  return (name) => join(directory.at("cache"), name);
}

function collect(
  directory: TemporaryDirectory,
  { isRunning = () => true, maxBytes = 1_000 }: Partial<Parameters<typeof collectCode>[0]> = {},
): Promise<CollectedCode> {
  const [target, cache] = [directory.at("copy"), Deno.realPathSync(directory.at("cache"))];
  return collectCode({ pid: Deno.pid, isRunning, target, maxBytes, cache });
}

Deno.test("collectCode() copies databases and logs, and makes empty logs", async () => {
  await using directory = await temporaryDirectory();
  const at = await prepare(directory);
  await Deno.writeTextFile(at(`${FIRST}-wal`), "log");
  await Deno.writeTextFile(at(`${FIRST}-shm`), "index");
  assert.deepEqual(await collect(directory), { type: "copied" });
  const copied = Array.from(Deno.readDirSync(directory.at("copy")), ({ name }) => name);
  assert.equal(copied.length, 6);
  for (const name of CODE_DATABASES) {
    const copy = join(directory.at("copy"), name);
    assert.equal(await Deno.readTextFile(copy), `content of ${name}`);
    assert.equal(await Deno.readTextFile(`${copy}-wal`), name === FIRST ? "log" : "");
  }
});

Deno.test("collectCode() refuses whatever is not a plain file of the cache", async () => {
  const attacks: Record<string, (path: string, secret: string) => void> = {
    "a link": (path, secret) => Deno.symlinkSync(secret, path),
    "a second name of a file": (path, secret) => Deno.linkSync(secret, path),
    "a named pipe": (path) => new Deno.Command("mkfifo", { args: [path] }).outputSync(),
    "a directory": (path) => Deno.mkdirSync(path),
  };
  for (const [what, attack] of Object.entries(attacks)) {
    for (const name of [FIRST, `${FIRST}-wal`]) {
      await using directory = await temporaryDirectory();
      const at = await prepare(directory);
      await Deno.writeTextFile(directory.at("secret"), "secret");
      if (name === FIRST) await Deno.remove(at(name));
      attack(at(name), directory.at("secret"));
      assert.deepEqual(await collect(directory), { type: "unusable" }, `${what}: ${name}`);
      assert.deepEqual([...Deno.readDirSync(directory.at("copy"))], [], what);
    }
  }
});

Deno.test("collectCode() does not follow a link in place of the cache", async () => {
  await using directory = await temporaryDirectory();
  await prepare(directory);
  await Deno.rename(directory.at("cache"), directory.at("other"));
  await Deno.symlink(directory.at("other"), directory.at("cache"));
  const cache = join(Deno.realPathSync(directory.path), "cache");
  const options = { pid: Deno.pid, isRunning: () => true, target: directory.at("copy"), cache };
  assert.deepEqual(await collectCode({ ...options, maxBytes: 1_000 }), { type: "unsettled" });
});

Deno.test("collectCode() refuses files above the limit before it copies them", async () => {
  await using directory = await temporaryDirectory();
  const at = await prepare(directory);
  await Deno.truncate(at(FIRST), 2 ** 40);
  const result = await collect(directory);
  assert.ok(result.type === "large" && result.bytes > 2 ** 40);
  assert.deepEqual([...Deno.readDirSync(directory.at("copy"))], []);
});

Deno.test("collectCode() copies nothing if the disk would be full then", async () => {
  await using directory = await temporaryDirectory();
  const at = await prepare(directory);
  await Deno.truncate(at(FIRST), 2 ** 42);
  assert.deepEqual(await collect(directory, { maxBytes: 2 ** 43 }), { type: "full" });
  assert.deepEqual([...Deno.readDirSync(directory.at("copy"))], []);
});

Deno.test("collectCode() discards databases that change meanwhile, or whose process has ended", async () => {
  for (const name of CODE_DATABASES) {
    await using directory = await temporaryDirectory();
    const at = await prepare(directory);
    let calls = 0;
    const isRunning = (): boolean => {
      if (++calls === 2) Deno.writeTextFileSync(at(name), "more", { append: true });
      return true;
    };
    assert.deepEqual(await collect(directory, { isRunning }), { type: "unsettled" }, name);
  }
  await using directory = await temporaryDirectory();
  await prepare(directory);
  assert.deepEqual(await collect(directory, { isRunning: () => false }), { type: "unsettled" });
});
