// Links in a repository belong to the user who has checked it out. A check follows them, and its
// diagnostics quote lines of files that are not code. Other users may read that log, so a link must
// not disclose files outside the repository.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ordinaryUser } from "./support/ordinary_user.ts";
import { makeDirectory, runCli, writeFiles } from "./support/harness.ts";

const SECRET = "machine registry.test login me password t0ken-of-the-caller\n";

/** Creates the folders and links of a hostile pull request. */
async function prepare(home: string): Promise<string> {
  const repository = join(home, "work/repository");
  await writeFiles(home, { "secrets/token": SECRET, "secrets/index.ts": "export {};\n" });
  await writeFiles(repository, {
    ".git/config": SECRET,
    "libs/code.ts": "export const a: number = 1;\n",
    "index.ts": "export {};\n",
    ...Object.fromEntries(
      ["beside", "hidden", "above", "packages", "absent"].map((name) => [
        `${name}/one/index.ts`,
        'import "./found.ts";\nDeno.serve(() => new Response());\n',
      ]),
    ),
  });
  const links = {
    "beside/_shared": "../../../secrets",
    "beside/one/found.ts": "../_shared/token",
    "hidden/_shared": "../.git",
    "hidden/one/found.ts": "../_shared/config",
    "above/_shared": "..",
    "above/one/found.ts": "../_shared/.git/config",
    "packages/_shared": "../libs",
    "packages/one/found.ts": "../_shared/code.ts",
    // The sandbox shows only the folder, so the link has no target.
    "absent/one/found.ts": "../../../../secrets/token",
    "beside/linked": "../../../secrets",
    "beside/root": "..",
  };
  for (const [path, target] of Object.entries(links)) {
    await Deno.symlink(target, join(repository, path));
  }
  return repository;
}

Deno.test("check does not disclose files that links of a repository point to", async () => {
  await using user = await ordinaryUser();
  const place = await makeDirectory();
  try {
    const home = join(user.directory, "ci");
    for (const root of [home, place]) await prepare(root);
    await new Deno.Command("chown", { args: ["-R", `${user.uid}:${user.uid}`, home] }).output();
    const check = async (name: string): Promise<readonly [code: number, said: string][]> => {
      const [program = "", ...args] = user.command;
      const cwd = join(home, "work/repository");
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: [...args, "check", name],
        cwd,
        env: user.env,
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      const root = await runCli(["check", name], {}, join(place, "work/repository"));
      return [
        [code, decoder.decode(stdout) + decoder.decode(stderr)],
        [root.code, root.stdout + root.stderr],
      ];
    };
    for (const [code, said] of await check("packages/one")) assert.equal(code, 0, said);
    for (const name of ["beside/one", "hidden/one", "above/one", "beside/linked", "beside/root"]) {
      for (const [code, said] of await check(name)) {
        assert.equal(code, 1, said);
        assert.doesNotMatch(said, /t0ken/);
        assert.match(said, /is a link to ".*", which .*run ddsrv check from/, name);
      }
    }
    for (const [code, said] of await check("absent/one")) {
      assert.equal(code, 1);
      assert.doesNotMatch(said, /t0ken/);
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});
