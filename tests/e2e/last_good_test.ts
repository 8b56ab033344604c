import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, eventually, type Server, startServer } from "./support/harness.ts";
import { openSockets, talking } from "./support/open_sockets.ts";

const BROKEN = "const broken: string = 1;\n";

async function hasSnapshot(server: Server): Promise<void> {
  await eventually(
    "its revision is kept",
    async () => (await server.inspect("app")).kept.length > 0,
  );
}

/** Asserts that a revision serves while the folder is broken, and that ddsrv reports both. */
async function assertStandsIn(server: Server, revision: string): Promise<void> {
  const report = await server.inspect("app");
  assert.equal(report.status, "ready");
  assert.equal(report.revision, revision);
  assert.equal(report.reason, "The check failed");
  assert.notEqual(report.failedRevision, revision);
  assert.match(
    (await server.cli("ls")).stdout,
    /^app: revision \w{12} failed: The check failed$/m,
  );
}

Deno.test("last good revision restarts when it exits while its folder is broken", async () => {
  await using server = await startServer({
    isChecked: true,
    files: {
      "_shared/word.ts": 'export const word = "good";\n',
      "app/index.ts": `import { word } from "../_shared/word.ts";
        import { more } from "./more.ts";
        Deno.serve((request) => {
          if (request.url.endsWith("/end")) Deno.exit(1);
          const text = Deno.readTextFileSync(new URL("text.txt", import.meta.url));
          return new Response([word, more, text, Deno.env.get("A")].join(" "));
        });\n`,
      "app/more.ts": 'export const more = "more";\n',
      "app/text.txt": "text",
      "app/.env": "A=1\n",
    },
  });
  await server.answers("/app", "good more text 1");
  await hasSnapshot(server);
  const { revision } = await server.inspect("app");
  await server.write({ "app/index.ts": BROKEN, "app/text.txt": "other", "app/.env": "A=2\n" });
  await Deno.remove(join(server.functions, "app/more.ts"));
  await server.said("app failed: The check failed (the old revision keeps serving)");
  await (await fetch(`${server.url}/app/end`)).body?.cancel();
  await server.said("(last good revision ");
  await server.answers("/app", "good more text 1");
  await assertStandsIn(server, revision!);
  // It restarts again each time it exits.
  await (await fetch(`${server.url}/app/end`)).body?.cancel();
  await server.answers("/app", "good more text 1");
  await assertStandsIn(server, revision!);
  await server.write({ "app/index.ts": answering("fixed") });
  await server.answers("/app", "fixed");
  assert.equal((await server.inspect("app")).reason, null);
});

Deno.test("last good revision starts after a restart of the supervisor", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("good") },
    isChecked: true,
  });
  await server.answers("/app", "good");
  await hasSnapshot(server);
  const { revision } = await server.inspect("app");
  server.signal("SIGTERM");
  await server.exited;
  await server.write({ "app/index.ts": BROKEN, "new/index.ts": BROKEN });
  await using again = await startServer({ directory: server.directory, isChecked: true });
  await again.answers("/app", "good");
  await assertStandsIn(again, revision!);
  // A function that never served has no last good revision.
  await again.said("new failed: The check failed");
  assert.equal((await again.inspect("new")).status, "failed");
  assert.equal((await fetch(`${again.url}/new`)).status, 500);
  // The broken folder was not kept as a revision: rollback restores the last good one.
  assert.equal((await again.cli("rollback", "app")).code, 0);
  await again.answers("/app", "good");
  assert.equal((await again.inspect("app")).reason, null);
  assert.equal(await Deno.readTextFile(join(again.functions, "app/index.ts")), answering("good"));
});

Deno.test("last good revision starts when an idle function with broken code gets a request", async () => {
  await using server = await startServer({
    isChecked: true,
    flags: ["--idle", "1s"],
    files: { "app/index.ts": talking("good") },
  });
  await server.answers("/app", "good");
  await hasSnapshot(server);
  await server.said("app idle until", server.output().indexOf("app ready"));
  const { revision } = await server.inspect("app");
  await server.write({ "app/index.ts": BROKEN });
  await eventually(
    "that it is broken is known",
    async () => (await server.inspect("app")).reason === "The check failed",
  );
  assert.equal((await server.inspect("app")).status, "idle");
  await server.answers("/app", "good");
  // An open connection keeps the function from becoming idle during the assertions.
  await using _open = await openSockets(server, "app", 1);
  await assertStandsIn(server, revision!);
});

Deno.test("last good revision is not replaced by a new revision that exits at once", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("good") } });
  await server.answers("/app", "good");
  await hasSnapshot(server);
  await server.write({ "app/index.ts": "Deno.exit(5);\n" });
  await server.said(
    "Exited with code 5 before listening on a port (the old revision keeps serving)",
  );
  const { pid } = await server.inspect("app");
  Deno.kill(pid!, "SIGKILL");
  await server.said("(last good revision ");
  await server.answers("/app", "good");
  assert.match((await server.inspect("app")).reason!, /^Exited with code 5/);
});
