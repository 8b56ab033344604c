import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/json_file.ts";
import { findDependencies } from "../../lib/function/find_dependencies.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const PACKAGE = JSON.stringify({ dependencies: { ms: "2.1.3" }, workspaces: ["apps/*"] });

/** A functions directory with the function "a". */
async function withFolder(
  files: Readonly<Record<string, string>>,
  test: (directory: TemporaryDirectory) => Promise<void>,
): Promise<void> {
  await using directory = await temporaryDirectory();
  await Deno.mkdir(directory.at("a"));
  for (const [file, text] of Object.entries(files)) await directory.write(`a/${file}`, text);
  await test(directory);
}

Deno.test("findDependencies() accepts a directory node_modules but no link", () =>
  withFolder({ "package.json": PACKAGE }, async ({ path, at }) => {
    await Deno.symlink("/", at("a/node_modules"));
    const linked = await findDependencies(path, "a");
    assert.equal(linked.nodeModules, "none");
    assert.deepEqual(linked.install?.places, ["node_modules"]);
    await Deno.remove(at("a/node_modules"));
    await Deno.mkdir(at("a/node_modules"));
    const { nodeModules, install } = await findDependencies(path, "a");
    assert.deepEqual({ nodeModules, install }, { nodeModules: "manual", install: undefined });
  }));

Deno.test("findDependencies() names workspace members, and follows no link to one", () =>
  withFolder({
    "package.json": PACKAGE,
    "apps/api/package.json": "{}",
    "apps/web/deno.json": "{}",
    "apps/docs/readme.md": "",
  }, async ({ path, at }) => {
    await Deno.symlink(at("a/apps/api"), at("a/apps/linked"));
    const { install } = await findDependencies(path, "a");
    assert.deepEqual(install?.places, [
      "node_modules",
      "apps/api/node_modules",
      "apps/web/node_modules",
    ]);
  }));

Deno.test("findDependencies() has another digest after each file that lists packages", () =>
  withFolder({ "package.json": PACKAGE, "apps/api/package.json": "{}" }, async (directory) => {
    const digest = async (ownLock?: string): Promise<string> =>
      (await findDependencies(directory.path, "a", { ownLock })).install!.digest;
    const seen = [await digest()];
    for (const file of ["deno.json", ".npmrc", "apps/api/package.json", "package.json"]) {
      await directory.write(`a/${file}`, file === "package.json" ? `${PACKAGE} ` : "{ }");
      seen.push(await digest());
    }
    await directory.write("a/own.lock", "1");
    seen.push(await digest(directory.at("a/own.lock")));
    await directory.write("a/index.ts", "1");
    assert.equal(new Set(seen).size, 6);
    assert.equal(await digest(directory.at("a/own.lock")), seen.at(-1));
  }));

Deno.test("findDependencies() installs for a linked package of npm", () =>
  withFolder({
    "deno.json": JSON.stringify({ links: ["./tools"] }),
    "tools/deno.json": "{}",
  }, async ({ path, write }) => {
    assert.equal((await findDependencies(path, "a")).install, undefined);
    await write("a/tools/package.json", "{}");
    assert.ok((await findDependencies(path, "a")).install !== undefined);
  }));

Deno.test("findDependencies() reads nothing outside the folder", () =>
  withFolder({}, async ({ path, at, write }) => {
    await write("secret.json", PACKAGE);
    await Deno.symlink(at("secret.json"), at("a/package.json"));
    await assert.rejects(findDependencies(path, "a"), ConfigError);
  }));
