import assert from "node:assert/strict";
import { answering, startServer } from "./harness.ts";

/** A server whose `/healthz` answers with these statuses in turn, and then with the last one. */
function healthy(text: string, ...statuses: number[]): string {
  return `const statuses = ${JSON.stringify(statuses)};
    Deno.serve((request) => {
      if (new URL(request.url).pathname !== "/healthz") return new Response("${text}");
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      return new Response(null, { status });
    });`;
}

const MANIFEST = '{ "healthPath": "/healthz" }';

Deno.test("healthPath: a start that listens and is not healthy changes nothing", async () => {
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
    "It listens, and is not healthy: GET /healthz: it answered 500 (asked 3 times). Let it answer " +
      "below 400, or change healthPath",
  );
  await server.write({ "app/index.ts": healthy("three", 302) });
  await server.answers("/app", "three");
});

Deno.test("healthPath: the operator's holds for all, and none is asked with 0 attempts", async () => {
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
