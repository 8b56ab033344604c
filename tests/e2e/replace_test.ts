import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, count, pause, startServer, writeFiles } from "./support/harness.ts";

Deno.test("add --replace takes over without downtime, and a broken function changes nothing", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("one") },
    isChecked: true,
  });
  const source = join(server.directory, "app");
  await server.answers("/app", "one");
  await writeFiles(source, { "index.ts": answering("two") });
  const refused = await server.cli("add", source);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /The function "app" already exists\. Replace it with --replace/,
  );
  let isOver = false;
  const answers = new Set<string>();
  const client = (async () => {
    while (!isOver) {
      const response = await fetch(`${server.url}/app`);
      assert.equal(response.status, 200);
      answers.add(await response.text());
      await pause(2);
    }
  })();
  const added = await server.cli("add", source, "--replace");
  assert.equal(added.code, 0, added.stderr);
  await server.answers("/app", "two");
  const { pid, revision } = await server.inspect("app");

  await writeFiles(source, { "index.ts": "const broken: string = 3;\n" });
  const broken = await server.cli("add", source, "--replace");
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /TS2322[^]*"app" was not added/);
  await writeFiles(source, { "index.ts": "Deno.exit(4);\n" });
  const ends = await server.cli("add", source, "--replace");
  assert.equal(ends.code, 1);
  assert.match(
    ends.stderr,
    /Exited with code 4 before listening on a port\. ddsrv removed it again and restored the previous version/,
  );
  await server.answers("/app", "two");
  const after = await server.inspect("app");
  // It has kept serving: ddsrv started no further instance.
  assert.deepEqual([after.pid, after.revision, after.reason], [pid, revision, null]);
  assert.equal(await Deno.readTextFile(join(server.functions, "app/index.ts")), answering("two"));
  isOver = true;
  await client;
  assert.deepEqual([...answers].sort(), ["one", "two"]);
  assert.equal(count(server.output(), "app stopped"), 0);
  const names = (await Array.fromAsync(Deno.readDir(server.functions))).map(({ name }) => name);
  assert.deepEqual(names, ["app"]);
});

Deno.test("add --replace: the next start restores a folder after an interrupted replacement", async () => {
  const files = { "app/index.ts": answering("one"), "other/index.ts": answering("other") };
  await using server = await startServer({ files });
  await server.answers("/app", "one");
  server.signal("SIGTERM");
  await server.exited;
  const aside = (name: string): string =>
    join(server.functions, `.ddsrv-replaced-${name}-00000000-0000-4000-8000-000000000000`);
  await Deno.rename(join(server.functions, "app"), aside("app"));
  await writeFiles(aside("other"), { "index.ts": answering("old") });
  await using again = await startServer({ directory: server.directory });
  await again.answers("/app", "one");
  await again.answers("/other", "other");
  const names = (await Array.fromAsync(Deno.readDir(server.functions))).map(({ name }) => name);
  assert.deepEqual(names.sort(), ["app", "other"]);
});
