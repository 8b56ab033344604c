import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answering,
  count,
  eventually,
  host,
  makeDirectory,
  pause,
  startServer,
  writeFiles,
} from "./support/harness.ts";

Deno.test("serve starts a slowly written folder once, when it is complete", async () => {
  await using server = await startServer({ isChecked: true });
  const directory = join(server.functions, "slow");
  await Deno.mkdir(directory);
  const file = await Deno.open(join(directory, "index.ts"), { write: true, create: true });
  for (
    const part of [
      'import { text } from "./text.ts";\nDeno.ser',
      "ve(() => new Resp",
      "onse(text));\n",
    ]
  ) {
    await file.write(new TextEncoder().encode(part));
    await pause(350);
  }
  file.close();
  await server.write({ "slow/text.ts": 'export const text = "slowly";\n' });
  await server.answers("/slow", "slowly");
  assert.equal(count(server.output(), "slow starting"), 1, server.output());
});

Deno.test("serve starts a folder that is copied for three seconds once", async () => {
  // Without a type check, code starts even if its modules are still missing.
  await using server = await startServer({ isChecked: true });
  const parts = Array.from({ length: 10 }, (_, index) => index);
  const imports = parts.map((part) => `import { p${part} } from "./p${part}.ts";\n`).join("");
  const entry = `${imports}Deno.serve(() => new Response(String(${
    parts.map((part) => `p${part}`).join(" + ")
  })));\n`;
  await server.write({ "copied/index.ts": entry });
  for (const part of parts) {
    await pause(300);
    await server.write({ [`copied/p${part}.ts`]: `export const p${part} = ${part};\n` });
  }
  await server.answers("/copied", "45");
  assert.equal(count(server.output(), "copied starting"), 1, server.output());
});

Deno.test("serve starts a folder that is moved into place once", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, { "aside/index.ts": answering("moved") });
  await Deno.rename(join(server.directory, "aside"), join(server.functions, "moved"));
  await server.answers("/moved", "moved");
  assert.equal(count(server.output(), "moved starting"), 1);
});

Deno.test("serve starts a linked folder once and sees changes in its target", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, { "target/index.ts": answering("linked") });
  await Deno.symlink(join(server.directory, "target"), join(server.functions, "link"));
  await server.answers("/link", "linked");
  assert.equal(count(server.output(), "link starting"), 1);
  await writeFiles(server.directory, { "target/index.ts": answering("changed") });
  await server.answers("/link", "changed");
});

for (const how of ["rm -r", "mv"]) {
  Deno.test(`serve stops a function removed by ${how} and leaves nothing behind`, async () => {
    await using server = await startServer({ files: { "gone/index.ts": answering("here") } });
    await server.answers("/gone", "here");
    const { pid, namespace } = await server.inspect("gone");
    const path = join(server.functions, "gone");
    if (how === "mv") await Deno.rename(path, join(server.directory, "elsewhere"));
    else await Deno.remove(path, { recursive: true });
    await server.said("gone stopped");
    assert.equal(
      await fetch(`${server.url}/gone`).then((response) => response.text()),
      "Function not found",
    );
    assert.ok(!(await host("ip", "netns", "list")).includes(`${namespace}\n`));
    await assert.rejects(Deno.stat(`/proc/${pid}/ns/net`));
  });
}

Deno.test("serve replaces a changed function without a failed request", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("one") } });
  await server.answers("/app", "one");
  const before = await server.inspect("app");
  const seen = new Set<string>();
  const asking = new AbortController();
  const asked = (async () => {
    while (!asking.signal.aborted) {
      const response = await fetch(`${server.url}/app`);
      seen.add(`${response.status} ${await response.text()}`);
    }
  })();
  await server.write({ "app/index.ts": answering("two") });
  await server.answers("/app", "two");
  asking.abort();
  await asked;
  assert.deepEqual([...seen].sort(), ["200 one", "200 two"]);
  const after = await server.inspect("app");
  assert.notEqual(after.pid, before.pid);
  assert.notEqual(after.revision, before.revision);
  await eventually(
    "the old instance is gone",
    async () => !(await host("ip", "netns", "list")).includes(`${before.namespace} `),
  );
});

Deno.test("serve lets the old instance finish its in-flight request", async () => {
  const slow = `Deno.serve(async () => {
    console.log("asked");
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return new Response("slow one");
  });\n`;
  await using server = await startServer({ files: { "app/index.ts": slow } });
  await server.said("app ready");
  const answer = fetch(`${server.url}/app`).then((response) => response.text());
  await server.said("[app] asked");
  await server.write({ "app/index.ts": answering("new") });
  await server.answers("/app", "new");
  assert.equal(await answer, "slow one");
});

Deno.test("serve keeps the old revision after a broken change, and list says why", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("good") },
    isChecked: true,
  });
  await server.answers("/app", "good");
  const before = await server.inspect("app");
  await server.write({ "app/index.ts": 'const wrong: number = "text";\n' });
  await server.said("app failed");
  await server.answers("/app", "good");
  const after = await server.inspect("app");
  assert.equal(after.pid, before.pid);
  assert.equal(after.status, "ready");
  assert.equal(after.reason, "The check failed");
  assert.match(after.detail!, /Type 'string' is not assignable to type 'number'/);
  assert.match(
    (await server.cli("list")).stdout,
    /revision \w{12} failed: The check failed/,
  );
  await server.write({ "app/index.ts": answering("fixed") });
  await server.answers("/app", "fixed");
  assert.equal((await server.inspect("app")).reason, null);
});

Deno.test("serve ignores a touch and files that the code does not use", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("same") } });
  await server.answers("/app", "same");
  const from = server.output().length;
  const now = new Date();
  await Deno.utime(join(server.functions, "app/index.ts"), now, now);
  await server.write({ "app/notes.txt": "nothing\n", "other/index.ts": answering("other") });
  await server.answers("/other", "other");
  assert.equal(count(server.output().slice(from), "app "), 0, server.output());
});

Deno.test("serve handles that the functions directory is moved away and back", async () => {
  const directory = await makeDirectory();
  {
    await using server = await startServer({
      directory,
      files: { "app/index.ts": answering("here") },
    });
    await server.answers("/app", "here");
    await Deno.rename(server.functions, `${server.functions}-away`);
    await server.said("Cannot read");
    await server.answers("/app", "here");
    await Deno.rename(`${server.functions}-away`, server.functions);
    await server.write({ "late/index.ts": answering("late") });
    await server.answers("/late", "late");
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("serve restarts a function after an edit of .env or of the manifest", async () => {
  const entry = `Deno.serve(() => new Response(Deno.env.get("GREETING") ?? "none"));\n`;
  await using server = await startServer({ files: { "app/index.ts": entry } });
  await server.answers("/app", "none");
  await server.write({ "app/.env": "GREETING=from the file\n" });
  await server.answers("/app", "from the file");
  await server.write({ "app/ddsrv.json": '{ "env": { "GREETING": "from the manifest" } }' });
  await server.answers("/app", "from the manifest");
});
