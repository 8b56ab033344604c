import assert from "node:assert/strict";
import { type CompareLimits, compareTrees } from "../../lib/history/compare_trees.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

async function compare(
  directory: TemporaryDirectory,
  limits: Partial<CompareLimits> = {},
): Promise<string[]> {
  const { signal } = new AbortController();
  const pair = [directory.at("old"), directory.at("new")] as const;
  const { files, isTruncated } = await compareTrees(pair, { signal, limits });
  return [
    ...files.map(({ path, change, kind }) => `${path} ${change} ${kind}`),
    ...isTruncated ? ["…"] : [],
  ];
}

async function folders(): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory();
  for (const name of ["old", "new"]) await Deno.mkdir(directory.at(name));
  return directory;
}

Deno.test("compareTrees() names what differs in kept folders, and follows no link", async () => {
  await using directory = await folders();
  const write = async (name: string, old: string | undefined, next: string | undefined) => {
    if (old !== undefined) await directory.write(`old/${name}`, old);
    if (next !== undefined) await directory.write(`new/${name}`, next);
  };
  await write("same.ts", "a", "a");
  await write("sub/deep/changed.ts", "a", "b");
  await write("sub/removed.ts", "a", undefined);
  await write("sub/added.ts", undefined, "a");
  await write("whole/new/directory.ts", undefined, "a");
  await write("was/a/directory.ts", "a", undefined);
  await write("was_file", "a", undefined);
  await write("was_file/now.ts", undefined, "a");
  await write(".git/config", "token", "other token");
  await write("sub/.git/config", undefined, "token");
  await write("node_modules/a/index.js", "a", "b");
  await write("sub/node_modules/a/index.js", "a", "a");
  await write(".env", "A=1", "A=2");
  await write("target/secret", "old", "old");
  await write("run.sh", "a", "a");
  await Deno.chmod(directory.at("new/run.sh"), 0o755);
  await Deno.symlink("/etc", directory.at("old/link"));
  await Deno.symlink("/proc", directory.at("new/link"));
  await Deno.symlink("/etc", directory.at("old/same_link"));
  await Deno.symlink("/etc", directory.at("new/same_link"));
  await Deno.symlink("../../target", directory.at("new/sub/escape"));
  await new Deno.Command("mkfifo", { args: [directory.at("new/pipe")] }).output();
  assert.deepEqual(await compare(directory), [
    ".env changed secret",
    "link changed link",
    "node_modules changed directory",
    "pipe added special",
    "run.sh changed mode",
    "sub/added.ts added text",
    "sub/deep/changed.ts changed text",
    "sub/escape added link",
    "sub/removed.ts removed text",
    "was/a/directory.ts removed text",
    "was_file removed text",
    "was_file/now.ts added text",
    "whole/new/directory.ts added text",
  ]);
});

Deno.test("compareTrees() finds a difference at the end of a large file", async () => {
  await using directory = await folders();
  const bytes = new Uint8Array(1024 * 1024).fill(97);
  await Deno.writeFile(directory.at("old/same"), bytes);
  await Deno.writeFile(directory.at("new/same"), bytes);
  await Deno.writeFile(directory.at("old/large"), bytes);
  bytes[bytes.length - 1] = 98;
  await Deno.writeFile(directory.at("new/large"), bytes);
  assert.deepEqual(await compare(directory), ["large changed large"]);
});

Deno.test("compareTrees() limits the number of entries, of files and of lines", async () => {
  await using directory = await folders();
  for (let index = 0; index < 9; index++) await directory.write(`new/${index}`, `${index}\n`);
  const all = Array.from({ length: 9 }, (_, index) => `${index} added text`);
  assert.deepEqual(await compare(directory), all);
  assert.deepEqual(await compare(directory, { files: 2 }), [...all.slice(0, 2), "…"]);
  await directory.write("new/a", "\0");
  assert.deepEqual(await compare(directory, { hunks: 40 }), [
    ...all.slice(0, 2),
    ...all.slice(2).map((line) => line.replace("text", "omitted")),
    // Not even read.
    "a added omitted",
  ]);
  const few = await compare(directory, { entries: 3 });
  assert.deepEqual([few.length, few.at(-1)], [4, "…"]);
});

Deno.test("compareTrees() ends in a tree that is too deep", async () => {
  await using directory = await folders();
  const deep = Array.from({ length: 120 }, () => "d").join("/");
  await directory.write(`new/${deep}/file`, "");
  await directory.write("new/other", "");
  assert.deepEqual(await compare(directory), ["other added text", "…"]);
});

Deno.test("compareTrees() refuses a folder that is gone, and stops with its client", async () => {
  await using directory = await folders();
  const pair = [directory.at("old"), directory.at("gone")] as const;
  const signal = AbortSignal.abort(new Error("the client has left"));
  await assert.rejects(compareTrees(pair, { signal }), /was removed meanwhile\. Try again/);
  await directory.write("new/a", "a");
  await assert.rejects(
    compareTrees([pair[0], directory.at("new")], { signal }),
    /the client has left/,
  );
});
