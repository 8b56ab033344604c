import assert from "node:assert/strict";
import { prepareParent } from "../../../cli/commands/git.ts";
import { CliError } from "../../../cli/exit_code.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const isRoot = Deno.uid() === 0;

Deno.test("git init makes the parent directory of a repository", async () => {
  await using directory = await temporaryDirectory();
  await prepareParent(directory.at("git/own/shop.git"));
  assert.equal((await Deno.stat(directory.at("git/own"))).mode! & 0o777, 0o700);
});

Deno.test({
  name: "git init of root writes to no directory that another user can change",
  ignore: !isRoot,
  async fn() {
    await using directory = await temporaryDirectory();
    for (const name of ["open", "bobs", "own"]) await Deno.mkdir(directory.at(name));
    await Deno.chmod(directory.at("open"), 0o777);
    await Deno.chown(directory.at("bobs"), 4711, 4711);
    await Deno.symlink("../bobs", directory.at("own/link"));
    for (const path of ["open/a.git", "bobs/a.git", "bobs/b/a.git", "own/link/a.git"]) {
      await assert.rejects(
        prepareParent(directory.at(path)),
        (error) => error instanceof CliError && error.message.includes("pass another --dir"),
        path,
      );
    }
    await prepareParent(directory.at("own/a.git"));
  },
});
