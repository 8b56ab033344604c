import assert from "node:assert/strict";
import { join } from "node:path";
import { CODE_DATABASES, LOG_SUFFIX } from "../../lib/sandbox/code_cache.ts";
import { ownDeno } from "../../lib/sandbox/deno_binary.ts";
import {
  clearIncomplete,
  isIntact,
  outdated,
  pruneStored,
  sealStored,
  storedName,
} from "../../lib/supervisor/stored_code.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

async function fill(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  for (const name of CODE_DATABASES) {
    await Deno.writeTextFile(join(path, name), `bytes of ${name}`);
    await Deno.writeTextFile(join(path, `${name}${LOG_SUFFIX}`), "");
  }
  await sealStored(path);
  return path;
}

Deno.test("isIntact() is true for a sealed directory alone", async () => {
  await using directory = await temporaryDirectory();
  assert.equal(await isIntact(await fill(directory.at("whole"))), true);
  const [name] = CODE_DATABASES as [string];
  const damages: Record<string, (path: string, file: string) => Promise<unknown>> = {
    "another byte": (_, file) => Deno.writeTextFile(file, `Bytes of ${name}`),
    "truncated": (_, file) => Deno.truncate(file, 3),
    "a log": (_, file) => Deno.writeTextFile(`${file}${LOG_SUFFIX}`, "frame"),
    "missing": (_, file) => Deno.remove(file),
    "too large": (_, file) => Deno.truncate(file, 17 * 1024 ** 2),
    "a link": async (path, file) => {
      await Deno.rename(file, join(path, "elsewhere"));
      await Deno.symlink("elsewhere", file);
    },
    "others can write a file": (_, file) => Deno.chmod(file, 0o646),
    "others can write the directory": (path) => Deno.chmod(path, 0o777),
    "no digests": (path) => Deno.remove(join(path, "sums")),
    "endless digests": async (path) => {
      await Deno.remove(join(path, "sums"));
      await Deno.symlink("/dev/zero", join(path, "sums"));
    },
  };
  for (const [what, damage] of Object.entries(damages)) {
    const path = await fill(directory.at(what));
    for await (const entry of Deno.readDir(path)) await Deno.chmod(join(path, entry.name), 0o644);
    await damage(path, join(path, name));
    assert.equal(await isIntact(path), false, what);
  }
  assert.equal(await isIntact(directory.at("absent")), false);
});

Deno.test("sealStored() leaves files that nobody may write", async () => {
  await using directory = await temporaryDirectory();
  const path = await fill(directory.at("a"));
  for await (const { name } of Deno.readDir(path)) {
    assert.equal((await Deno.stat(join(path, name))).mode! & 0o777, 0o444, name);
  }
});

Deno.test("storedName() differs between Denos and versions", async () => {
  await using directory = await temporaryDirectory();
  const deno = ownDeno();
  const other = await directory.write("deno", "another program");
  const names = await Promise.all([
    storedName(deno),
    storedName({ ...deno, version: "2.5.0" }),
    storedName({ ...deno, path: other }),
  ]);
  assert.equal(new Set(names).size, 3);
  assert.equal(await storedName(deno), names[0]);
  const [path, version] = names.map((name) => name.split(".")[0]);
  assert.equal(path, version, "the first part stands for the path");
});

Deno.test("outdated() names others of the same Deno, and those used least recently", () => {
  const used = (name: string, usedAtMs: number) => ({ name, usedAtMs });
  const cases: [ReturnType<typeof used>[], string[]][] = [
    [[], []],
    [[used("a.1", 9), used("a.2", 9), used("b.1", 0)], ["a.1"]],
    [[used("b.1", 1), used("c.1", 4), used("d.1", 3), used("e.1", 2)], ["b.1"]],
  ];
  for (const [entries, expected] of cases) assert.deepEqual(outdated(entries, "a.2"), expected);
});

Deno.test("clearIncomplete() and pruneStored() keep the current directory and incomplete ones apart", async () => {
  await using directory = await temporaryDirectory();
  for (const name of [".new-1", "a.1", "a.2", "b.1"]) await directory.write(`${name}/file`);
  const names = (): string[] => Array.from(Deno.readDirSync(directory.path), ({ name }) => name);
  await pruneStored(directory.path, "a.2");
  assert.deepEqual(names().toSorted(), [".new-1", "a.2", "b.1"]);
  await clearIncomplete(directory.path);
  assert.deepEqual(names().toSorted(), ["a.2", "b.1"]);
});
