import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { BUILD_FILE, findCommit, parseCommit } from "../../cli/commit.ts";
import { outputSchemas } from "../../cli/output/output_schemas.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const HASH = "0123456789abcdef0123456789abcdef01234567";

async function git(directory: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b.test"];
  const { success, stdout } = await new Deno.Command("git", {
    args: ["-C", directory, ...identity, ...args],
  }).output();
  assert.ok(success, args.join(" "));
  return new TextDecoder().decode(stdout).trim();
}

const commitOf = (directory: string): Promise<string | null> =>
  findCommit(pathToFileURL(`${directory}/`));

const texts: readonly (readonly [text: unknown, isCommit: boolean])[] = [
  [HASH, true],
  [`${HASH}-dirty`, true],
  [`${HASH}${HASH.slice(0, 24)}`, true],
  [HASH.slice(1), false],
  [HASH.toUpperCase(), false],
  [`${HASH}\n`, false],
  ["unknown", false],
  ["", false],
  [null, false],
  [7, false],
];

for (const [text, isCommit] of texts) {
  Deno.test(`parseCommit() of ${JSON.stringify(text)}`, () => {
    assert.equal(parseCommit(text), isCommit ? text : undefined);
  });
}

Deno.test("findCommit() returns the commit that a build wrote down", async () => {
  await using directory = await temporaryDirectory();
  await directory.write(BUILD_FILE, JSON.stringify({ commit: HASH }));
  assert.equal(await commitOf(directory.path), HASH);
});

Deno.test("findCommit() returns null without a commit in the file of the build", async () => {
  for (const text of ["", "[", "null", '{"commit":""}', '{"commit":"<script>"}']) {
    await using directory = await temporaryDirectory();
    await directory.write(BUILD_FILE, text);
    assert.equal(await commitOf(directory.path), null, text);
  }
});

Deno.test("findCommit() asks git for the commit of a checkout, and says if files differ", async () => {
  await using directory = await temporaryDirectory();
  await git(directory.path, "init", "--quiet");
  assert.equal(await commitOf(directory.path), null);
  const file = await directory.write("a b/index.ts", "1\n");
  await git(directory.path, "add", ".");
  await git(directory.path, "commit", "--quiet", "--message", "one");
  await git(directory.path, "tag", "v1");
  const commit = await git(directory.path, "rev-parse", "HEAD");
  assert.equal(await commitOf(directory.path), commit);
  await Deno.writeTextFile(file, "2\n");
  assert.equal(await commitOf(directory.path), `${commit}-dirty`);
  // Such as a package below the node_modules of a project.
  assert.equal(await commitOf(join(directory.path, "a b")), null);
});

Deno.test("ddsrv --version --json prints what its schema describes, from any directory", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", join(ROOT, "cli/main.ts"), "--version", "--json"],
    cwd: "/",
    // A hook of git has such a variable.
    env: { GIT_DIR: "/nowhere" },
  });
  const { code, stdout } = await command.output();
  const report = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(code, 0);
  assert.doesNotThrow(() => outputSchemas.version.parse(report));
  const { deno, v8 } = Deno.version;
  const commit = await commitOf(ROOT);
  assert.deepEqual(report, {
    version: config.version,
    commit,
    deno,
    v8,
    target: Deno.build.target,
  });
});
