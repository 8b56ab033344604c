import assert from "node:assert/strict";
import { join } from "node:path";
import { host, MAIN, makeDirectory, runCli, startServer, testEnvironment } from "./harness.ts";

Deno.test("init: writes a function that is checked, formatted, linted and served", async () => {
  await using server = await startServer();
  const path = join(server.directory, "hello");
  assert.deepEqual(await runCli(["init", path]), {
    code: 0,
    stdout: `Wrote ${path}. Serve it with one of these:\n` +
      `  ddsrv add ${path}\n  ddsrv serve ${server.directory}\n`,
    stderr: "",
  });
  assert.deepEqual(await names(path), ["ddsrv.json", "index.ts"]);
  assert.equal((await runCli(["check", path])).code, 0);
  for (const tool of [["fmt", "--check"], ["lint"]]) {
    const { success } = await new Deno.Command(Deno.execPath(), { args: [...tool, path] }).output();
    assert.ok(success, tool[0]);
  }
  assert.equal((await server.cli("add", path)).code, 0);
  await server.answers("/hello", "Hello from /\n");
  await server.answers("/hello/a", "Hello from /a\n");
});

Deno.test("init: a relative path is told as it was given", async () => {
  const directory = await makeDirectory();
  const script = `cd "$0" && shift 0 && for path in shop a/b/shop/ "./my shop"; do
"$1" run --quiet --allow-all "$2" init "$path"; done`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", script, directory, Deno.execPath(), MAIN],
    env: testEnvironment(),
  }).output();
  assert.equal(
    new TextDecoder().decode(stdout),
    `Wrote ./shop. Serve it with one of these:
  ddsrv add ./shop
  ddsrv serve .
Wrote ./a/b/shop. Serve it with one of these:
  ddsrv add ./a/b/shop
  ddsrv serve ./a/b
Wrote './my shop'. Serve it with one of these:
  ddsrv add './my shop'
  ddsrv serve .
`,
  );
  await Deno.remove(directory, { recursive: true });
});

Deno.test("init: nothing is written over, and bad names are refused", async () => {
  const directory = await makeDirectory();
  await Deno.mkdir(join(directory, "full"));
  await Deno.writeTextFile(join(directory, "full/file"), "mine");
  await Deno.mkdir(join(directory, "empty"));
  const table: readonly (readonly [path: string, code: number, said: RegExp])[] = [
    ["full", 1, /^ddsrv: "\S+\/full" is there and not empty\. Choose another directory\n$/],
    ["full/file", 1, /^ddsrv: Cannot make "\S+\/full\/file": .*File exists/],
    [
      "_shared",
      2,
      /^ddsrv: "_shared" can't be a function's name: it begins with \. or _\. Choose an/,
    ],
    ["x".repeat(64), 2, /the name has 64 bytes; at most 63 are allowed\. Choose another\n$/],
    ["empty", 0, /^$/],
  ];
  for (const [path, code, said] of table) {
    const result = await runCli(["init", join(directory, path)]);
    assert.equal(result.code, code, path);
    assert.match(result.stderr, said);
  }
  assert.deepEqual(await names(directory), ["empty", "full"]);
  assert.equal(await host("cat", join(directory, "full/file")), "mine");
  await Deno.remove(directory, { recursive: true });
});

async function names(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name).sort();
}
