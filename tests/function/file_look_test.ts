import assert from "node:assert/strict";
import { asyncStat, onceEach, syncStat } from "../../lib/function/file_look.ts";
import { createScanner } from "../../lib/function/scanner.ts";
import { stampFiles } from "../../lib/function/source_state.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

for (const [name, look] of Object.entries({ asyncStat, syncStat })) {
  Deno.test(`${name}.stat() returns undefined for a missing file and a circle of links`, async () => {
    await using directory = await temporaryDirectory();
    const path = await directory.write("a/index.ts", "123");
    await Deno.symlink("circle", directory.at("circle"));
    assert.equal((await look.stat(path))?.size, 3);
    for (const none of ["b", "a/index.ts/x", "circle"]) {
      assert.equal(await look.stat(directory.at(none)), undefined, none);
    }
    await assert.rejects(async () => await look.stat(`${directory.path}/${"x".repeat(300)}`));
  });

  Deno.test(`stampFiles() returns the same stamp with ${name}`, async () => {
    await using directory = await temporaryDirectory();
    const paths = [await directory.write("a", "1"), directory.at("none"), directory.path];
    assert.deepEqual(await stampFiles(paths, { stat: look.stat }), await stampFiles(paths));
  });
}

Deno.test("syncStat.stat() follows a link asynchronously", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a", "1");
  await Deno.symlink("a", directory.at("link"));
  const look = syncStat.stat(directory.at("link"));
  assert.ok(look instanceof Promise);
  assert.equal((await look)?.size, 1);
  assert.ok(!(syncStat.stat(directory.at("a")) instanceof Promise));
});

Deno.test("onceEach() calls stat once per path", () => {
  const asked: string[] = [];
  const stat = onceEach({ stat: (path) => void asked.push(path) });
  for (const path of ["/a", "/b", "/a"]) stat(path);
  assert.deepEqual(asked, ["/a", "/b"]);
});

Deno.test("scan() returns the same for local and other file systems", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts", "1");
  await directory.write("a/.env", "A=1");
  await directory.write("_shared/mod.ts", "2");
  await directory.write("b/other.ts");
  await directory.write("c/index.ts/x");
  await Deno.symlink("a", directory.at("link"));
  await Deno.symlink("nowhere", directory.at("broken"));
  const modules = {
    paths: [directory.at("a/sub/mod.ts"), directory.at("_shared/mod.ts")],
    isComplete: true,
  };
  const scans = [];
  for (const isQuick of [true, false]) {
    const scanner = createScanner({
      entries: ["index.ts"],
      functionsDirectory: directory.path,
      settleMs: 200,
      maxFiles: 1_000,
      modulesOf: () => modules,
      mountsOf: () => Promise.resolve({ isLocal: isQuick, names: new Set() }),
    });
    const nowMs = Date.now() + 60_000;
    const seen = [await scanner.scan(nowMs)];
    await directory.write("a/sub/mod.ts", `${isQuick}`);
    seen.push(await scanner.scan(nowMs));
    await directory.write("a/deno.json", "{}");
    seen.push(await scanner.scan(nowMs));
    await Deno.remove(directory.at("a/deno.json"));
    await Deno.remove(directory.at("a/sub"), { recursive: true });
    seen.push(await scanner.scan(nowMs));
    scans.push(seen.map(({ functions, ignored }) => ({
      ignored: [...ignored],
      names: [...functions.keys()],
      isNew: [...functions.values()].map(({ revision }, index) =>
        revision !== [...seen[0]!.functions.values()][index]?.revision
      ),
    })));
  }
  assert.deepEqual(scans[0], scans[1]);
  assert.deepEqual(scans[0]!.map(({ isNew }) => isNew), [
    [false, false],
    [true, true],
    [true, true],
    [false, false],
  ]);
});
