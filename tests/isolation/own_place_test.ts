import assert from "node:assert/strict";
import { defaultSettings, type Settings } from "../../lib/config/settings.ts";
import { openOwnPlace } from "../../lib/isolation/own_place.ts";
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

Deno.test("openOwnPlace() is a directory for its user alone, and leaves nothing", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const place = await openOwnPlace(settings, ID);
  assert.equal(place.directory, directory.at(`run/ddsrv/${ID}`));
  for (const path of [settings.runtimeDirectory, place.directory]) {
    const { uid, mode } = await Deno.stat(path);
    assert.deepEqual([uid, mode! & 0o777], [Deno.uid(), 0o700], path);
  }
  await directory.write(`run/ddsrv/${ID}/a/b`);
  await place[Symbol.asyncDispose]();
  assert.deepEqual(await namesIn(settings.runtimeDirectory), []);
});

Deno.test("openOwnPlace() takes a predecessor's files away, and no one else's", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(directory.at("run/ddsrv"), { recursive: true, mode: 0o700 });
  await directory.write(`run/ddsrv/${ID}/start/1.json`, '{ "SECRET": 1 }');
  await directory.write("run/ddsrv/other/start/1.json");
  await using place = await openOwnPlace(settings, ID);
  assert.deepEqual(await namesIn(place.directory), []);
  assert.deepEqual(await namesIn(directory.at("run/ddsrv/other")), ["start"]);
});

Deno.test("openOwnPlace() does not go through a link that a predecessor might have left", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await directory.write("kept/file");
  await Deno.mkdir(directory.at("run/ddsrv"), { recursive: true, mode: 0o700 });
  await Deno.symlink(directory.at("kept"), directory.at(`run/ddsrv/${ID}`));
  await using place = await openOwnPlace(settings, ID);
  assert.ok((await Deno.lstat(place.directory)).isDirectory);
  assert.deepEqual(await namesIn(directory.at("kept")), ["file"]);
});

Deno.test("openOwnPlace() is one supervisor's at a time, for each owner", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const one = await openOwnPlace(settings, ID);
  await directory.write(`run/ddsrv/${ID}/file`);
  await assert.rejects(openOwnPlace(settings, ID), {
    message:
      `Another supervisor has "${directory.at(`run/ddsrv/${ID}`)}", which this one needs: it is ` +
      "of an older version, or has another state directory. Stop it, or give both the same --state-dir",
  });
  assert.deepEqual(await namesIn(one.directory), ["file"]);
  await using other = await openOwnPlace(settings, "d4e5f6");
  assert.notEqual(other.directory, one.directory);
  await one[Symbol.asyncDispose]();
  await using _ = await openOwnPlace(settings, ID);
});

const foreign: readonly [what: string, make: (path: string) => Promise<void>][] = [
  ["its group may write to", (path) => Deno.chmod(path, 0o770)],
  ["others may write to", (path) => Deno.chmod(path, 0o702)],
  ["anybody may write to", (path) => Deno.chmod(path, 0o1777)],
  ["is a link", async (path) => {
    await Deno.rename(path, `${path}.real`);
    await Deno.symlink(`${path}.real`, path);
  }],
];

for (const [what, make] of foreign) {
  Deno.test(`openOwnPlace() refuses a directory that ${what}`, async () => {
    await using directory = await temporaryDirectory();
    const settings = settingsIn(directory);
    const path = settings.runtimeDirectory;
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    await directory.write(`run/ddsrv/${ID}/file`);
    await make(path);
    await assert.rejects(openOwnPlace(settings, ID), {
      message: `"${path}" is not this user's alone. Remove it, or set XDG_RUNTIME_DIR to a ` +
        "directory of your own",
    });
    // Nothing of it was touched.
    assert.deepEqual(await namesIn(path), [ID]);
    assert.deepEqual(await namesIn(`${path}/${ID}`), ["file"]);
  });
}

Deno.test("openOwnPlace() refuses another user's directory", async () => {
  // deno-lint-ignore no-console
  if (Deno.uid() !== 0) return console.log("skipped: only root can give a directory away");
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true, mode: 0o700 });
  await Deno.chown(settings.runtimeDirectory, 65_534, 65_534);
  await assert.rejects(openOwnPlace(settings, ID), /is not this user's alone/);
  assert.deepEqual(await namesIn(settings.runtimeDirectory), []);
});

Deno.test("openOwnPlace() takes a directory that others may read", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true });
  await Deno.chmod(settings.runtimeDirectory, 0o755);
  await using place = await openOwnPlace(settings, ID);
  assert.equal((await Deno.stat(place.directory)).mode! & 0o777, 0o700);
});
