import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, eventually, startServer, writeFiles } from "./support/harness.ts";

const answer = async (url: string): Promise<string> => await (await fetch(url)).text();

Deno.test("serve --no-watch changes a running function only after a reload", async () => {
  await using server = await startServer({
    isChecked: true,
    env: { WATCH_FILES: "false" },
    files: {
      "app/index.ts": answering("one"),
      "broken/index.ts": "const wrong: number = 'text';\n",
    },
  });
  await server.answers("/app", "one");
  await server.said("broken failed");
  await server.write({ "app/index.ts": answering("two") });
  // ddsrv still notices new and removed folders, and by then it has also seen the change.
  await server.write({ "late/index.ts": answering("late") });
  await server.answers("/late", "late");
  await server.write({ "broken/index.ts": answering("fixed") });
  await server.answers("/broken", "fixed");
  assert.equal(await answer(`${server.url}/app`), "one");
  let newer: string | null = null;
  await eventually("it is said that newer code waits", async () => {
    newer = (await server.inspect("app")).newerRevision;
    return newer !== null;
  });
  const todo = `revision ${newer} is not loaded (--no-watch). To load it: ddsrv reload app`;
  const listed = (await server.cli("list")).stdout;
  assert.match(listed, /^app +ready, update pending /m);
  assert.ok(listed.includes(`\napp: ${todo}\n`), listed);
  const shown = (await server.cli("inspect", "app")).stdout;
  assert.match(shown, /^Status: +ready, update pending$/m);
  assert.ok(shown.includes(todo.replace(/^revision /, "")), shown);
  assert.equal((await server.cli("reload", "app")).code, 0);
  const after = await server.inspect("app");
  assert.deepEqual([after.revision, after.newerRevision], [newer, null]);
  assert.equal(await answer(`${server.url}/app`), "two");
  await Deno.remove(join(server.functions, "late"), { recursive: true });
  await server.answers("/late", "Function not found");
});

Deno.test("serve --no-watch: add --replace and rollback still take effect", async () => {
  await using server = await startServer({
    flags: ["--no-watch"],
    files: { "app/index.ts": answering("one") },
  });
  await server.answers("/app", "one");
  await writeFiles(server.directory, {
    "app/index.ts": answering("two"),
    "bad/index.ts": "Deno.exit(1);\n",
  });
  const replace = (source: string): ReturnType<typeof server.cli> =>
    server.cli("add", "--replace", "--name", "app", join(server.directory, source));
  assert.equal((await replace("app")).code, 0);
  assert.equal(await answer(`${server.url}/app`), "two");
  assert.equal((await replace("bad")).code, 1);
  assert.equal(await answer(`${server.url}/app`), "two");
  assert.equal((await server.cli("rollback", "app")).code, 0);
  await server.answers("/app", "one");
});

Deno.test("watch: files that the manifest names reload a function, its own data does not", async () => {
  const code = `const page = Deno.readTextFileSync("pages/one.html");
Deno.serve(() => {
  Deno.writeTextFileSync("pages/cache/hits", "x", { append: true });
  return new Response(page);
});\n`;
  await using server = await startServer({
    files: {
      "app/index.ts": code,
      "app/pages/one.html": "one",
      "app/ddsrv.json": '{ "watch": ["pages"], "writable": ["pages/cache"] }',
      "all/index.ts": code.replaceAll("pages/cache/hits", "hits.txt"),
      "all/pages/one.html": "one",
      "all/ddsrv.json": '{ "watch": "all", "writable": ["hits.txt"] }',
      "worker/index.ts": `let answer = "none";
const worker = new Worker(new URL("./work.ts", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => answer = data;
Deno.serve(() => new Response(answer));\n`,
      "worker/work.ts": 'postMessage("one");\n',
    },
  });
  // The module of a worker is a part of the graph.
  await server.answers("/worker", "one");
  await server.write({ "worker/work.ts": 'postMessage("two");\n' });
  await server.answers("/worker", "two");
  for (const name of ["app", "all"]) await server.answers(`/${name}`, "one");
  for (const name of ["app", "all"]) {
    const { pid } = await server.inspect(name);
    await server.write({ [`${name}/pages/one.html`]: "two" });
    await server.answers(`/${name}`, "two");
    const after = await server.inspect(name);
    assert.notEqual(after.pid, pid);
    await server.write({ [`${name}/.hidden`]: "x" });
    for (let hit = 0; hit < 20; hit++) await server.answers(`/${name}`, "two");
    await server.write({ "witness/index.ts": answering(`after ${name}`) });
    await server.answers("/witness", `after ${name}`);
    assert.equal((await server.inspect(name)).pid, after.pid);
  }
});
