import assert from "node:assert/strict";
import { join } from "node:path";
import { readGitState } from "../../../cli/commands/deploy/git_state.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../temporary_directory.ts";

async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-C", directory, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** Makes a repository with one commit; returns the commit. */
async function makeRepository(directory: TemporaryDirectory): Promise<string> {
  await git(directory.path, "init", "--quiet", "--initial-branch=main");
  await directory.write("index.ts", "1;\n");
  await directory.write(".gitattributes", "*.ts filter=x\n");
  await git(directory.path, "add", ".");
  await git(directory.path, "commit", "--quiet", "--message=a");
  return await git(directory.path, "rev-parse", "HEAD");
}

Deno.test("readGitState() reads branch and commit", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  assert.deepEqual(await readGitState(path), { branch: undefined, commit: undefined });
  const commit = await makeRepository(directory);
  assert.deepEqual(await readGitState(path), { branch: "main", commit });
  await directory.write("index.ts", "22;\n");
  assert.deepEqual(await readGitState(path), { branch: "main", commit: undefined });
});

Deno.test("readGitState() runs no program that a repository names", async () => {
  await using directory = await temporaryDirectory();
  await using place = await temporaryDirectory();
  const { path } = directory;
  const commit = await makeRepository(directory);
  const mark = (name: string): string => `touch ${join(place.path, name)}; cat`;
  const marks = () => Array.fromAsync(Deno.readDir(place.path), ({ name }) => name);
  await git(path, "config", "core.fsmonitor", mark("fsmonitor"));
  await directory.write(".git/hooks/post-index-change", `#!/bin/sh\n${mark("hook")}\n`);
  await Deno.chmod(join(path, ".git/hooks/post-index-change"), 0o755);
  // Git looks into a file whose time or size has changed.
  await Deno.utime(join(path, "index.ts"), 1, 1);
  assert.deepEqual(await readGitState(path), { branch: "main", commit });
  assert.deepEqual(await marks(), []);
  await git(path, "config", "filter.x.clean", mark("clean"));
  await git(path, "config", "filter.x.process", mark("process"));
  assert.deepEqual(await readGitState(path), { branch: "main", commit: undefined });
  assert.deepEqual(await marks(), []);
});

Deno.test("readGitState() does not take a folder of files for a repository", async () => {
  await using directory = await temporaryDirectory();
  await using place = await temporaryDirectory();
  const { path } = directory;
  const bare = join(path, "shop");
  await git(path, "init", "--quiet", "--bare", bare);
  await git(bare, "config", "core.bare", "false");
  await git(bare, "config", "core.worktree", bare);
  await git(bare, "config", "core.fsmonitor", `touch ${join(place.path, "fsmonitor")}; false`);
  assert.deepEqual(await readGitState(bare), { branch: undefined, commit: undefined });
  assert.deepEqual(await Array.fromAsync(Deno.readDir(place.path)), []);
});
