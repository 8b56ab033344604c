import assert from "node:assert/strict";
import { defaultSettings, type Settings } from "../../lib/config/settings.ts";
import { openOwnPlace } from "../../lib/isolation/own_place.ts";
import { deriveOwner } from "../../lib/namespace/owner.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

function settingsIn(directory: TemporaryDirectory, socket = "s.sock"): Settings {
  return {
    ...defaultSettings,
    socket: directory.at(socket),
    runtimeDirectory: directory.at("run/ddsrv"),
  };
}

const namesIn = async (path: string): Promise<string[]> =>
  (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();

Deno.test("openOwnPlace() is a directory for its user alone, and leaves nothing", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const place = await openOwnPlace(settings);
  assert.equal(place.ownerId, deriveOwner(settings.socket).id);
  assert.equal(place.directory, directory.at(`run/ddsrv/${place.ownerId}`));
  for (const path of [settings.runtimeDirectory, place.directory]) {
    const { uid, mode } = await Deno.stat(path);
    assert.deepEqual([uid, mode! & 0o777], [Deno.uid(), 0o700], path);
  }
  await directory.write(`run/ddsrv/${place.ownerId}/a/b`);
  await place[Symbol.asyncDispose]();
  assert.deepEqual(await namesIn(settings.runtimeDirectory), []);
});

Deno.test("openOwnPlace() takes a predecessor's files away, and no one else's", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const { id } = deriveOwner(settings.socket);
  await Deno.mkdir(directory.at("run/ddsrv"), { recursive: true, mode: 0o700 });
  await directory.write(`run/ddsrv/${id}/start/1.json`, '{ "SECRET": 1 }');
  await directory.write("run/ddsrv/other/start/1.json");
  await using place = await openOwnPlace(settings);
  assert.deepEqual(await namesIn(place.directory), []);
  assert.deepEqual(await namesIn(directory.at("run/ddsrv/other")), ["start"]);
});

Deno.test("openOwnPlace() does not go through a link that a predecessor might have left", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const { id } = deriveOwner(settings.socket);
  await directory.write("kept/file");
  await Deno.mkdir(directory.at("run/ddsrv"), { recursive: true, mode: 0o700 });
  await Deno.symlink(directory.at("kept"), directory.at(`run/ddsrv/${id}`));
  await using place = await openOwnPlace(settings);
  assert.ok((await Deno.lstat(place.directory)).isDirectory);
  assert.deepEqual(await namesIn(directory.at("kept")), ["file"]);
});

Deno.test("openOwnPlace() is one supervisor's at a time, for each control socket", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  const one = await openOwnPlace(settings);
  await directory.write(`run/ddsrv/${one.ownerId}/file`);
  await assert.rejects(openOwnPlace(settings), {
    message: `Another supervisor runs with the control socket "${settings.socket}". Stop it, or ` +
      "choose another socket with --socket",
  });
  assert.deepEqual(await namesIn(one.directory), ["file"]);
  await using other = await openOwnPlace(settingsIn(directory, "other.sock"));
  assert.notEqual(other.directory, one.directory);
  await one[Symbol.asyncDispose]();
  await using _ = await openOwnPlace(settings);
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
    const { id } = deriveOwner(settings.socket);
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    await directory.write(`run/ddsrv/${id}/file`);
    await make(path);
    await assert.rejects(openOwnPlace(settings), {
      message: `"${path}" is not this user's alone. Remove it, or set XDG_RUNTIME_DIR to a ` +
        "directory of your own",
    });
    // Nothing of it was touched.
    assert.deepEqual(await namesIn(path), [id]);
    assert.deepEqual(await namesIn(`${path}/${id}`), ["file"]);
  });
}

Deno.test("openOwnPlace() refuses another user's directory", async () => {
  // deno-lint-ignore no-console
  if (Deno.uid() !== 0) return console.log("skipped: only root can give a directory away");
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true, mode: 0o700 });
  await Deno.chown(settings.runtimeDirectory, 65_534, 65_534);
  await assert.rejects(openOwnPlace(settings), /is not this user's alone/);
  assert.deepEqual(await namesIn(settings.runtimeDirectory), []);
});

Deno.test("openOwnPlace() takes a directory that others may read", async () => {
  await using directory = await temporaryDirectory();
  const settings = settingsIn(directory);
  await Deno.mkdir(settings.runtimeDirectory, { recursive: true });
  await Deno.chmod(settings.runtimeDirectory, 0o755);
  await using place = await openOwnPlace(settings);
  assert.equal((await Deno.stat(place.directory)).mode! & 0o777, 0o700);
});
