import assert from "node:assert/strict";
import { answering, startServer } from "./support/harness.ts";

/**
 * Returns a function whose `/healthz` answers with these statuses in turn, then with the last one.
 */
function healthy(text: string, ...statuses: number[]): string {
  return `const statuses = ${JSON.stringify(statuses)};
    Deno.serve((request) => {
      if (new URL(request.url).pathname !== "/healthz") return new Response("${text}");
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      return new Response(null, { status });
    });`;
}

const MANIFEST = '{ "healthPath": "/healthz" }';

Deno.test("healthPath: an instance that listens but is unhealthy does not replace the old one", async () => {
  await using server = await startServer({
    env: { HEALTH_CHECK_ATTEMPTS: "3" },
    files: { "app/index.ts": healthy("one", 503, 204), "app/ddsrv.json": MANIFEST },
  });
  await server.answers("/app", "one");
  await server.write({ "app/index.ts": healthy("two", 500) });
  await server.said("app failed");
  assert.equal(await (await fetch(`${server.url}/app`)).text(), "one");
  assert.equal(
    (await server.inspect("app")).reason,
    "Listens but is not healthy: GET /healthz: status 500 (3 attempts). Answer with a status below " +
      "400, or change healthPath",
  );
  await server.write({ "app/index.ts": healthy("three", 302) });
  await server.answers("/app", "three");
});

Deno.test("healthPath of the operator applies to all functions; 0 attempts disable it", async () => {
  await using server = await startServer({
    env: { DISABLE_HEALTH_CHECKS: "true" },
    files: {
      "ddsrv.json": '{ "healthPath": "/nowhere" }',
      "app/index.ts": healthy("app", 500),
      "app/ddsrv.json": MANIFEST,
      "plain/index.ts": answering("plain"),
    },
  });
  await server.answers("/app", "app");
  await server.answers("/plain", "plain");
});

Deno.test("healthPath: an instance that fails three checks in a row is replaced, with the reason", async () => {
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "healthPath": "/healthz", "healthInterval": "1s" }',
      // Unhealthy from a request until the process exits.
      "ill/index.ts": `let status = 200;
        Deno.serve((request) => {
          const { pathname } = new URL(request.url);
          if (pathname === "/fail") status = 503;
          return new Response(null, { status: pathname === "/healthz" ? status : 200 });
        });`,
      "silent/index.ts": `let isSilent = false;
        Deno.serve(async (request) => {
          const { pathname } = new URL(request.url);
          if (pathname === "/fail") isSilent = true;
          if (pathname === "/healthz" && isSilent) await new Promise(() => {});
          return new Response();
        });`,
      // Redirects and an endless body are healthy.
      "redirects/index.ts": healthy("redirects", 302),
      "endless/index.ts": `Deno.serve(() =>
          new Response(new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(1_024)) })));`,
      "idle/index.ts": answering("idle"),
      "idle/ddsrv.json": '{ "idle": "5s" }',
    },
  });
  for (const name of ["ill", "silent", "redirects", "endless"]) await server.said(`${name} ready`);
  const before = await Promise.all(["redirects", "endless"].map(server.inspect));
  const ill = await server.inspect("ill");
  const from = server.output().length;
  for (const name of ["ill", "silent"]) {
    await (await fetch(`${server.url}/${name}/fail`)).body?.cancel();
  }
  await server.said("ill hangs: Answered GET /healthz with 503 three times in a row", from);
  await server.said("ill ready", from);
  // Only the supervisor sends health checks, which neither prevent idleness nor count as requests.
  await (await fetch(`${server.url}/idle`)).body?.cancel();
  await server.said("idle idle until its next request", from);
  await server.said(
    "silent hangs: Did not answer GET /healthz within 5 s three times in a row",
    from,
  );
  await server.said("silent ready", from);
  const after = await Promise.all(["redirects", "endless", "ill", "idle"].map(server.inspect));
  assert.deepEqual(
    after.map(({ name, status, restarts, requests }) => [name, status, restarts, requests]),
    [["redirects", "ready", 0, 0], ["endless", "ready", 0, 0], ["ill", "ready", 1, 1], [
      "idle",
      "idle",
      0,
      1,
    ]],
  );
  assert.deepEqual(after.slice(0, 2).map(({ pid }) => pid), before.map(({ pid }) => pid));
  assert.notEqual(after[2]!.pid, ill.pid);
});

Deno.test("healthInterval: an invalid interval fails the function, with a remedy", async () => {
  await using server = await startServer({
    files: {
      "zero/index.ts": answering("zero"),
      "zero/ddsrv.json": '{ "healthPath": "/", "healthInterval": 0 }',
      "short/index.ts": answering("short"),
      "short/ddsrv.json": '{ "hangTimeout": "10ms" }',
    },
  });
  await server.said("zero failed: The manifest is not valid");
  await server.said("short failed: The manifest is not valid");
  assert.match((await server.inspect("zero")).detail!, /"healthInterval": Give a duration such as/);
  assert.match(
    (await server.inspect("short")).detail!,
    /"10ms" is out of bounds\. Give at least 1s, or never/,
  );
});
