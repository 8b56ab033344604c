import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/json_file.ts";
import { findOwnLock, lockPath } from "../../lib/check/own_lock.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const settings: readonly [what: string, setting: unknown, path: string | undefined][] = [
  ["deno.lock by default", undefined, "/f/a/deno.lock"],
  ["deno.lock for true", true, "/f/a/deno.lock"],
  ["none for false", false, undefined],
  ["the named file", "locks/my.lock", "/f/a/locks/my.lock"],
  ["the named file of an object", { path: "./my.lock", frozen: false }, "/f/a/my.lock"],
  ["deno.lock for an object without a path", { frozen: true }, "/f/a/deno.lock"],
  ["deno.lock for a list and null", [], "/f/a/deno.lock"],
  ["deno.lock for null", null, "/f/a/deno.lock"],
  ["none outside the folder", "../deno.lock", undefined],
  ["none at an absolute path", "/etc/passwd", undefined],
  ["none that resembles the folder", "../ab/deno.lock", undefined],
  ["none with a NUL", "a\0b", undefined],
];

for (const [what, setting, path] of settings) {
  Deno.test(`lockPath() returns ${what}`, () => {
    assert.equal(lockPath(setting, "/f/a"), path);
  });
}

Deno.test("findOwnLock() finds lock files in the folder or in a snapshot of it", async () => {
  await using directory = await temporaryDirectory();
  const find = (name: string): Promise<string | undefined> =>
    findOwnLock("/f", name, directory.at(name));
  for (const name of ["none", "plain", "named", "off", "snapshot"]) {
    await Deno.mkdir(directory.at(name));
  }
  const write = (path: string, text: string): Promise<void> =>
    Deno.writeTextFile(directory.at(path), text);
  await write("plain/deno.lock", "{}");
  await write("named/deno.jsonc", '{ "lock": "x.lock", } // a comment');
  await write("named/deno.lock", "{}");
  await write("off/deno.json", '{"lock":false}');
  await write("off/deno.lock", "{}");
  assert.equal(await find("missing"), undefined);
  assert.equal(await find("none"), undefined);
  assert.equal(await find("plain"), "/f/plain/deno.lock");
  assert.equal(await find("named"), undefined);
  await write("named/x.lock", "{}");
  assert.equal(await find("named"), "/f/named/x.lock");
  assert.equal(await find("off"), undefined);
});

Deno.test("findOwnLock() refuses what is not a file of the folder", async () => {
  await using directory = await temporaryDirectory();
  for (const name of ["out", "directory", "pipe"]) await Deno.mkdir(directory.at(name));
  await Deno.symlink("/etc/passwd", directory.at("out/deno.lock"));
  await Deno.mkdir(directory.at("directory/deno.lock"));
  await new Deno.Command("mkfifo", { args: [directory.at("pipe/deno.lock")] }).output();
  for (const name of ["out", "directory", "pipe"]) {
    await assert.rejects(findOwnLock("/f", name, directory.at(name)), ConfigError, name);
  }
});
