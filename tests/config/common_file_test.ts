import assert from "node:assert/strict";
import { loadSettings } from "../../lib/config/load_settings.ts";
import { ConfigError } from "../../lib/config/json_file.ts";
import { readCommonFile } from "../../lib/config/common_file.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const USER = 54_321;
const isRoot = Deno.uid() === 0;
const why = isRoot ? "" : " (ignored: needs root)";

Deno.test("readCommonFile() reads a file, also through links of one's own", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/file", "text");
  await Deno.symlink("file", directory.at("a/link"));
  await Deno.symlink("a", directory.at("b"));
  for (const name of ["file", "link"]) {
    assert.equal(await readCommonFile(directory.at("b"), name), "text");
  }
  assert.equal(await readCommonFile(directory.at("a"), "none"), undefined);
  assert.equal(await readCommonFile(directory.at("none"), "file"), undefined);
});

Deno.test({
  name: `readCommonFile() leads root to no secret, pipe or device${why}`,
  ignore: !isRoot,
  async fn() {
    await using directory = await temporaryDirectory();
    const { at } = directory;
    await directory.write("secret", '{ "domain": "secret.test" }');
    await directory.write("home/own", "theirs");
    await Deno.symlink("own", at("home/link"));
    await Deno.symlink(at("secret"), at("home/ddsrv.json"));
    // The positive control: in root's own directory, root's link leads there.
    const load = async () => (await loadSettings({ functionsDirectory: at("home") }, {})).settings;
    assert.deepEqual((await load()).domains, ["secret.test"]);
    const args = ["--recursive", "--no-dereference", `${USER}`, at("home")];
    assert.ok((await new Deno.Command("chown", { args }).output()).success);
    assert.equal(await readCommonFile(at("home"), "link"), "theirs");
    await assert.rejects(readCommonFile(at("home"), "ddsrv.json"), ConfigError);
    await assert.rejects(load(), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /leads through the link "ddsrv.json" .+ belongs to user 0/);
      return true;
    });
    assert.ok((await new Deno.Command("mkfifo", { args: [at("home/pipe")] }).output()).success);
    await Deno.symlink("/dev/zero", at("home/zero"));
    for (const name of ["pipe", "."]) {
      await assert.rejects(readCommonFile(at("home"), name), ConfigError, name);
    }
    await assert.rejects(readCommonFile(at("home"), "zero"), ConfigError);
  },
});
