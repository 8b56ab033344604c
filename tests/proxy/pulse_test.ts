import { deepEqual, match } from "node:assert/strict";
import { begin, GET, OK, openStage, within } from "./harness.ts";

Deno.test("Upstream.pulse counts requests without a response, and responses", async () => {
  await using stage = openStage();
  const { pulse } = stage.upstream;
  deepEqual(pulse, { waiting: 0, answers: 0 });
  const { client, served } = await begin(stage, GET);
  deepEqual(pulse, { waiting: 1, answers: 0 });
  const other = await begin(stage, GET);
  deepEqual(pulse, { waiting: 2, answers: 0 });
  // A response that has started is a sign of life, however long it takes.
  await served.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
  await client.readUntil("ab");
  deepEqual(pulse, { waiting: 1, answers: 1 });
  await served.write("cd");
  await client.readUntil("cd");
  // A request that fails without a response counts neither as waiting nor as answered.
  other.served.close();
  match(await other.client.readHead(), /^HTTP\/1\.1 502 /);
  deepEqual(pulse, { waiting: 0, answers: 1 });
});

Deno.test("Upstream.pulse does not count the request of a disconnected client as waiting", async () => {
  await using stage = openStage();
  const { pulse } = stage.upstream;
  const { client, served } = await begin(stage, GET);
  client.close();
  await within(served.readAll(), "the end of the request");
  await within(stage.upstream.drained(), "the end of the exchange");
  deepEqual(pulse, { waiting: 0, answers: 0 });
});

Deno.test("Upstream.pulse counts a tunnel as a response", async () => {
  await using stage = openStage();
  const { pulse } = stage.upstream;
  const upgrade = "GET /app/x HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: t\r\n\r\n";
  const { client, served } = await begin(stage, upgrade);
  await served.write("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: t\r\n\r\n");
  match(await client.readHead(), /^HTTP\/1\.1 101 /);
  deepEqual(pulse, { waiting: 0, answers: 1 });
  const next = await begin(stage, GET);
  await next.served.write(OK);
  await next.client.readUntil("ok");
  deepEqual(pulse, { waiting: 0, answers: 2 });
});
