import assert from "node:assert/strict";
import { defaultSettings, type Settings } from "../../lib/config/settings.ts";
import { openRuntimeDirectory } from "../../lib/isolation/runtime_directory.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const ID = "a1b2c3";

function settingsIn(directory: TemporaryDirectory): Settings {
  return {
    ...defaultSettings,
    runtimeDirectory: directory.at("run/ddsrv"),
  };
}

const namesIn = async (path: string): Promise<string[]> =>
  (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();

Deno.test("openRuntimeDirectory() creates a private directory, and removes it", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const place = await openRuntimeDirectory(settings, ID);
  assert.equal(place.directory, directory.at(`run/ddsrv/${ID}`));
  for (const path of [settings.runtimeDirectory, place.directory]) {
    const { uid, mode } = await Deno.stat(path);
    assert.deepEqual([uid, mode! & 0o777], [Deno.uid(), 0o700], path);
  }
  await directory.write(`run/ddsrv/${ID}/a/b`);
  await place[Symbol.asyncDispose]();
  assert.deepEqual(await namesIn(settings.runtimeDirectory), []);
});

Deno.test("openRuntimeDirectory() removes only a predecessor's files", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(directory.at("run/ddsrv"), { recursive: true, mode: 0o700 });
  await directory.write(`run/ddsrv/${ID}/start/1.json`, '{ "SECRET": 1 }');
  await directory.write("run/ddsrv/other/start/1.json");
  await using place = await openRuntimeDirectory(settings, ID);
  assert.deepEqual(await namesIn(place.directory), []);
  assert.deepEqual(await namesIn(directory.at("run/ddsrv/other")), ["start"]);
});

Deno.test("openRuntimeDirectory() does not follow a predecessor's link", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await directory.write("kept/file");
  await Deno.mkdir(directory.at("run/ddsrv"), { recursive: true, mode: 0o700 });
  await Deno.symlink(directory.at("kept"), directory.at(`run/ddsrv/${ID}`));
  await using place = await openRuntimeDirectory(settings, ID);
  assert.ok((await Deno.lstat(place.directory)).isDirectory);
  assert.deepEqual(await namesIn(directory.at("kept")), ["file"]);
});

Deno.test("openRuntimeDirectory() allows one supervisor at a time for each owner", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const one = await openRuntimeDirectory(settings, ID);
  await directory.write(`run/ddsrv/${ID}/file`);
  await assert.rejects(openRuntimeDirectory(settings, ID), {
    message:
      `Another supervisor uses "${
        directory.at(`run/ddsrv/${ID}`)
      }": it is an older version, or has ` +
      "another state directory. Stop it, or start both with the same --state-dir",
  });
  assert.deepEqual(await namesIn(one.directory), ["file"]);
  await using other = await openRuntimeDirectory(settings, "d4e5f6");
  assert.notEqual(other.directory, one.directory);
  await one[Symbol.asyncDispose]();
  await using _ = await openRuntimeDirectory(settings, ID);
});

const foreign: readonly [what: string, make: (path: string) => Promise<void>][] = [
  ["its group may write to", (path) => Deno.chmod(path, 0o770)],
  ["others may write to", (path) => Deno.chmod(path, 0o702)],
  ["every user may write to", (path) => Deno.chmod(path, 0o1777)],
  ["is a link", async (path) => {
    await Deno.rename(path, `${path}.real`);
    await Deno.symlink(`${path}.real`, path);
  }],
];

for (const [what, make] of foreign) {
  Deno.test(`openRuntimeDirectory() refuses a directory that ${what}`, async () => {
    await using directory = await temporaryDirectory();
    const settings = settingsIn(directory);
    const path = settings.runtimeDirectory;
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    await directory.write(`run/ddsrv/${ID}/file`);
    await make(path);
    await assert.rejects(openRuntimeDirectory(settings, ID), {
      message: `"${path}" is not a private directory of this user. Remove it, or set ` +
        "XDG_RUNTIME_DIR to a directory that is",
    });
    // It is unchanged.
    assert.deepEqual(await namesIn(path), [ID]);
    assert.deepEqual(await namesIn(`${path}/${ID}`), ["file"]);
  });
}

Deno.test("openRuntimeDirectory() refuses another user's directory", async () => {
  // deno-lint-ignore no-console
  if (Deno.uid() !== 0) return console.log("skipped: only root can give a directory away");
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true, mode: 0o700 });
  await Deno.chown(settings.runtimeDirectory, 65_534, 65_534);
  await assert.rejects(
    openRuntimeDirectory(settings, ID),
    /is not a private directory of this user/,
  );
  assert.deepEqual(await namesIn(settings.runtimeDirectory), []);
});

Deno.test("openRuntimeDirectory() accepts a directory that others may read", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true });
  await Deno.chmod(settings.runtimeDirectory, 0o755);
  await using place = await openRuntimeDirectory(settings, ID);
  assert.equal((await Deno.stat(place.directory)).mode! & 0o777, 0o700);
});
