import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/json_file.ts";
import { type IgnoreOptions, readIgnoreRules } from "../../lib/function/ignored_files.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

type Files = Readonly<Record<string, string>>;

Deno.test("readIgnoreRules() leaves out the defaults and the patterns of the caller", async () => {
  await using folder = await folderWith({ "index.ts": "" });
  await expectIgnored(folder, [
    [".git/", true],
    [".git", true],
    [".env", true],
    ["lib/.env", true],
    [".env.example", false],
    ["node_modules/", true],
    ["web/node_modules/a/index.js", true],
    ["index.ts", false],
    ["", false],
    ["./.env", true],
    [".ddsrv.json", true],
    ["Node_Modules/", false],
    ["..a/b", false],
  ], { patterns: [".ddsrv.json"] });
});

Deno.test("readIgnoreRules() lets .ddsrvignore decide last, and only it include defaults", async () => {
  await using folder = await folderWith({
    ".gitignore": "dist\n*.map\n!.env\n!node_modules\n",
    ".ddsrvignore": "!dist\n/notes/\n!node_modules\n",
    "dist/a.js": "",
  });
  await expectIgnored(folder, [
    ["dist/", false],
    ["dist/a.js", false],
    ["dist/a.map", true],
    ["notes/", true],
    ["notes", false],
    ["web/notes/", false],
    [".env", true],
    ["node_modules/a.js", false],
  ]);
});

Deno.test("readIgnoreRules() reads .gitignore of subdirectories, but not of ignored ones", async () => {
  await using folder = await folderWith({
    ".gitignore": "*.log\nlib/*\n!lib/web\nbuild/\n",
    "lib/web/.gitignore": "!keep.log\n/only.ts\n*.tmp\n",
    "build/.gitignore": "!*\n",
    "we[ir]d/.gitignore": "a\n",
  });
  await expectIgnored(folder, [
    ["lib/x.ts", true],
    ["lib/web/keep.log", false],
    ["lib/web/other.log", true],
    ["keep.log", true],
    ["lib/web/only.ts", true],
    ["lib/web/deep/only.ts", false],
    ["lib/web/deep/a.tmp", true],
    ["a.tmp", false],
    ["build/a", true],
    ["we[ir]d/a", true],
    ["wei/a", false],
  ]);
});

Deno.test("readIgnoreRules() reads .gitignore from the top of the repository", async () => {
  await using repository = await folderWith({
    ".git/HEAD": "",
    ".gitignore": "*.pem\n/packages/shop/cache\nbuild/\n",
    "packages/.gitignore": "!ca.pem\n",
    "packages/shop/index.ts": "",
    "build/index.js": "",
  });
  const rules = await readIgnoreRules(repository.at("packages/shop"));
  assert.equal(rules.isIgnored("key.pem", "file"), true);
  assert.equal(rules.isIgnored("ca.pem", "file"), false);
  assert.equal(rules.isIgnored("cache", "directory"), true);
  const built = await readIgnoreRules(repository.at("build"));
  assert.equal(built.isIgnored("index.js", "file"), false, "the folder itself is ignored");
  assert.equal(built.isIgnored("key.pem", "file"), false);
});

Deno.test("readIgnoreRules() knows no repository where none begins", async () => {
  await using folder = await folderWith({ ".gitignore": "a\n", "shop/index.ts": "" });
  const rules = await readIgnoreRules(folder.at("shop"));
  assert.equal(rules.isIgnored("a", "file"), false);
});

Deno.test("isIgnored() takes paths of Windows and refuses paths out of the folder", async () => {
  await using folder = await folderWith({ ".gitignore": "a/b\n" });
  const windows = await readIgnoreRules(folder.path, { os: "windows" });
  assert.equal(windows.isIgnored("a\\b", "file"), true);
  const linux = await readIgnoreRules(folder.path, { os: "linux" });
  assert.equal(linux.isIgnored("a\\b", "file"), false);
  for (const path of ["../a", "/a", "a/../../b"]) {
    assert.throws(() => linux.isIgnored(path, "file"), RangeError, path);
  }
});

Deno.test("readIgnoreRules() refuses ignore files that it cannot trust", async () => {
  for (const name of [".gitignore", ".ddsrvignore"]) {
    await using linked = await folderWith({ "rules": "a\n" });
    await Deno.symlink("rules", linked.at(name));
    await assert.rejects(readIgnoreRules(linked.path), refusal("is not a regular file"), name);
    await using large = await folderWith({ [name]: "#".repeat(300_000) });
    await assert.rejects(readIgnoreRules(large.path), refusal("is larger than"), name);
    await using many = await folderWith({ [name]: "a\n".repeat(6_000) });
    await assert.rejects(readIgnoreRules(many.path), refusal("more than 5000 patterns"), name);
  }
});

Deno.test("readIgnoreRules() refuses a pattern that takes too long", async () => {
  const deep = "a/".repeat(90);
  await using folder = await folderWith({ ".gitignore": `${"**/a/".repeat(3)}b\n` });
  assert.equal((await readIgnoreRules(folder.path)).isIgnored(`${deep}c`, "file"), false);
  for (const name of [".gitignore", "sub/.gitignore", ".ddsrvignore"]) {
    await using costly = await folderWith({ [name]: `x/${"**/a/".repeat(20)}b\n` });
    await assert.rejects(readIgnoreRules(costly.path), refusal('"**" more than 3 times'), name);
  }
});

Deno.test("readIgnoreRules() does not wait for a pipe and follows no link", async () => {
  await using folder = await folderWith({ "sub/.gitignore": "*\n" });
  await Deno.symlink(".", folder.at("loop"));
  await Deno.symlink("sub", folder.at("link"));
  const rules = await readIgnoreRules(folder.path);
  assert.equal(rules.isIgnored("link/a", "file"), false);
  const made = await new Deno.Command("mkfifo", { args: [folder.at(".gitignore")] }).output();
  assert.ok(made.success);
  await assert.rejects(readIgnoreRules(folder.path), refusal("is not a regular file"));
});

Deno.test("readIgnoreRules() stops at a folder that is too deep", async () => {
  await using folder = await folderWith({});
  await Deno.mkdir(folder.at(Array(102).fill("a").join("/")), { recursive: true });
  await assert.rejects(readIgnoreRules(folder.path), refusal("more than 100 levels"));
});

function refusal(text: string): (error: Error) => boolean {
  return (error) => error instanceof ConfigError && error.message.includes(text);
}

async function folderWith(files: Files): Promise<TemporaryDirectory> {
  const folder = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await folder.write(name, text);
  return folder;
}

/** A path with a slash at its end is a directory. */
async function expectIgnored(
  folder: TemporaryDirectory,
  rows: readonly (readonly [string, boolean])[],
  options?: IgnoreOptions,
): Promise<void> {
  const rules = await readIgnoreRules(folder.path, options);
  for (const [path, isIgnored] of rows) {
    const kind = path.endsWith("/") ? "directory" : "file";
    assert.equal(rules.isIgnored(path, kind), isIgnored, path);
  }
}
