import assert from "node:assert/strict";
import { addedPath, clearAside, removedPath, replacedPath } from "../../lib/function/set_aside.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const isRoot = Deno.uid() === 0;

async function namesIn(path: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
}

Deno.test("clearAside() removes leftovers and restores replaced folders", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  await directory.write("kept/index.ts");
  for (const aside of [addedPath(path), removedPath(path), replacedPath(path, "kept")]) {
    await Deno.mkdir(aside);
  }
  await Deno.mkdir(replacedPath(path, "back"));
  await clearAside(path, assert.fail);
  assert.deepEqual(await namesIn(path), ["back", "kept"]);
});

Deno.test({
  name: `clearAside() reports entries that can't be removed${
    isRoot ? "" : " (ignored: needs root)"
  }`,
  ignore: !isRoot,
  async fn() {
    await using directory = await temporaryDirectory();
    const { path } = directory;
    const held = removedPath(path);
    await Deno.mkdir(`${held}/mounted`, { recursive: true });
    await Deno.mkdir(addedPath(path));
    await Deno.mkdir(removedPath(path));
    await run("mount", "-t", "tmpfs", "tmpfs", `${held}/mounted`);
    try {
      const warnings: string[] = [];
      await clearAside(path, (message) => warnings.push(message));
      assert.equal(warnings.length, 1);
      assert.ok(warnings[0]!.startsWith(`Cannot remove "${held}": `), warnings[0]);
      assert.match(warnings[0]!, /\. Remove it by hand$/);
      assert.deepEqual((await namesIn(path)).map((name) => `${path}/${name}`), [held]);
    } finally {
      await run("umount", `${held}/mounted`);
    }
  },
});

async function run(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  assert.ok(success, `${program} ${args.join(" ")}`);
}
