import assert from "node:assert/strict";
import { createSecret, isSecret } from "../../lib/proxy/debug_secret.ts";
import { createUpstream } from "../../lib/proxy/upstream.ts";
import { within } from "../patience.ts";
import { begin, OK, openBackend, openStage } from "./harness.ts";

const SECRET = new TextEncoder().encode("5ec2e7");

const get = (fields: string): string => `GET /app HTTP/1.1\r\nHost: h\r\n${fields}\r\n`;

Deno.test("isSecret() compares all bytes", () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ["5ec2e7", true],
    ["", false],
    ["5ec2e", false],
    ["5ec2e70", false],
    ["5EC2E7", false],
    ["5ec2e6", false],
    ["\0".repeat(6), false],
  ];
  for (const [text, isSame] of rows) {
    assert.equal(isSecret(new TextEncoder().encode(text), SECRET), isSame, text);
  }
});

Deno.test("createSecret() returns 128 random bits as hexadecimal digits", () => {
  const secrets = Array.from({ length: 100 }, () => new TextDecoder().decode(createSecret()));
  assert.equal(new Set(secrets).size, 100);
  for (const secret of secrets) assert.match(secret, /^[0-9a-f]{32}$/);
});

Deno.test("requests with the secret reach the debug instance alone, and no function sees it", async () => {
  await using stage = openStage();
  using backend = openBackend();
  const upstream = createUpstream({ hostname: "127.0.0.1", port: backend.port });
  using route = stage.routes.openDebug("app", SECRET);
  const client = await stage.connect();
  await client.write(get("x-ddsrv-debug: 5ec2e7\r\n"));
  assert.match(await client.readHead(), /^HTTP\/1\.1 503 [^]*retry-after: 1\r\n/i);

  route.ready({ upstream });
  const debugging = await stage.connect();
  await debugging.write(get("X-DDSRV-Debug: \t5ec2e7 \r\nA: b\r\nConnection: close\r\n"));
  const debugged = await within(backend.accept(), "the debug instance");
  const seen = await debugged.readHead();
  assert.match(seen, /\r\nA: b\r\n/);
  assert.doesNotMatch(seen, /debug/i);
  await debugged.write(OK);
  // The end of the connection comes after the figures of its request, which does not count.
  assert.match(await debugging.readAll(), /^HTTP\/1\.1 200/);
  assert.equal(stage.routes.trafficOf("app")?.requests, 0);

  const others = ["", "x-ddsrv-debug: 5ec2e6\r\n", "x-ddsrv-debug:\r\n"];
  for (const fields of others) {
    const { served, client, head } = await begin(stage, get(fields));
    assert.doesNotMatch(head, /debug/i);
    await served.write(OK);
    assert.match(await client.readHead(), /^HTTP\/1\.1 200/);
    served.close();
  }
  upstream.close();
});

Deno.test("a request with the secret is one without it once the session has ended", async () => {
  await using stage = openStage();
  stage.routes.openDebug("app", SECRET)[Symbol.dispose]();
  const { head } = await begin(stage, get("x-ddsrv-debug: 5ec2e7\r\n"));
  assert.doesNotMatch(head, /debug/i);
});

Deno.test("the debug instance may take any time to answer", async () => {
  await using stage = openStage({ firstByteTimeoutMs: 1 });
  using backend = openBackend();
  const upstream = createUpstream({ hostname: "127.0.0.1", port: backend.port });
  using route = stage.routes.openDebug("app", SECRET);
  route.ready({ upstream });
  const debugging = await stage.connect();
  await debugging.write(get("x-ddsrv-debug: 5ec2e7\r\n"));
  const debugged = await within(backend.accept(), "the debug instance");
  await debugged.readHead();
  // The serving instance gets no more time than before, and both limits are checked together.
  const { client } = await begin(stage, get(""));
  assert.match(await client.readHead(), /^HTTP\/1\.1 504/);
  await debugged.write(OK);
  assert.match(await debugging.readHead(), /^HTTP\/1\.1 200/);
  upstream.close();
});
