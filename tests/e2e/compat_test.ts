import assert from "node:assert/strict";
import { join } from "node:path";
import { ask, EARLY, EARLY_ROWS, LATE, LATE_ROWS, logOf } from "./support/compat_rows.ts";
import {
  answering,
  count,
  makeDirectory,
  runCli,
  startServer,
  writeFiles,
} from "./support/harness.ts";

for (
  const [form, setting, rows] of [
    ["the latest", LATE, LATE_ROWS],
    ["an earlier", EARLY, EARLY_ROWS],
  ] as const
) {
  Deno.test(`compat: ${form} form of the original, configured only by its environment`, async (test) => {
    await using server = await startServer({ ...setting, isFlagless: true });
    await server.said("app ready");
    for (const [what, holds] of rows) {
      await test.step(what, () => holds(server));
    }
  });
}

Deno.test("compat: SAVE_LOGS=false writes, truncates and deletes no log", async () => {
  const directory = await makeDirectory();
  const files = { "app/index.ts": `console.log("a line");\n${answering("app")}` };
  const options = { directory, isFlagless: true } as const;
  {
    await using server = await startServer({
      ...options,
      files,
      env: { PORT: "0", SAVE_LOGS: "false" },
    });
    await server.said("[app] a line");
    await assert.rejects(Deno.stat(join(server.logs, "app.log")), Deno.errors.NotFound);
  }
  for (const starts of [1, 2]) {
    await using server = await startServer({ ...options, env: { PORT: "0" } });
    await server.said("[app] a line");
    await logOf(server, "app", "a line");
    const stopped = server.exited;
    server.signal("SIGTERM");
    assert.equal(await stopped, 0);
    const log = await Deno.readTextFile(join(directory, "logs/app.log"));
    assert.equal(count(log, "a line"), starts);
  }
  await Deno.remove(directory, { recursive: true });
});

for (const signal of ["SIGINT", "SIGTERM", "SIGQUIT"] as const) {
  Deno.test(`compat: ${signal} stops every function, and it exits with 0`, async () => {
    await using server = await startServer({
      files: { "app/index.ts": answering("app") },
      env: { PORT: "0" },
      isFlagless: true,
    });
    await server.answers("/app", "app");
    const { pid } = await server.inspect("app");
    server.signal(signal);
    assert.equal(await server.exited, 0);
    await assert.rejects(Deno.stat(`/proc/${pid}`), Deno.errors.NotFound);
  });
}

Deno.test("compat: a missing functions directory is an error with exit code 1", async () => {
  const { code, stdout, stderr } = await runCli(["serve"], {
    FUNC_DIRECTORY: "/nowhere/functions",
    PORT: "0",
  });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /The directory "\/nowhere\/functions" does not exist\. Create it/);
});

Deno.test("compat: --compat-reload answers POST /<name>/reload after the reload", async () => {
  await using server = await startServer({
    isChecked: true,
    flags: ["--compat-reload", "--no-watch"],
    files: { "app/index.ts": answering("one") },
  });
  await server.answers("/app", "one");
  await server.write({ "app/index.ts": answering("two") });
  const reload = (): Promise<string> => ask(server, "/app/reload", {}, "POST");
  const done = '200 {"success":true,"message":"Server app reloaded successfully"}';
  assert.equal(await reload(), done);
  assert.equal(await ask(server, "/app"), "200 two");
  await writeFiles(server.functions, { "app/index.ts": "const wrong: number = 'text';\n" });
  assert.equal(
    await reload(),
    '500 {"success":false,"message":"Server app was not reloaded: The check failed"}',
  );
  assert.equal(await ask(server, "/app"), "200 two");
  assert.equal(await ask(server, "/app/reload"), "200 two");
});
