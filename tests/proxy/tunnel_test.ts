import { equal, match, ok } from "node:assert/strict";
import { begin, GET, OK, openStage, type Peer, type Stage } from "./harness.ts";

const UPGRADE = "GET /app/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
const SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";

async function open(stage: Stage): Promise<{ client: Peer; served: Peer }> {
  const { client, served, head } = await begin(stage, UPGRADE);
  match(head, /\r\nUpgrade: echo\r\nConnection: Upgrade\r\n/);
  await served.write(SWITCHED);
  equal(await client.readHead(), SWITCHED);
  return { client, served };
}

Deno.test("tunnel() forwards bytes both ways until both sides have ended", async () => {
  await using stage = openStage();
  const { client, served } = await open(stage);
  const data = "\x00\xff\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n".repeat(50_000);
  const sending = Promise.all([client.write(data), served.write(data)]);
  ok(await served.read(data.length) === data);
  ok(await client.read(data.length) === data);
  await sending;
  equal(stage.upstream.inFlight, 1);
  await client.closeWrite();
  equal(await served.readAll(), "");
  await served.write("still here");
  equal(await client.read(10), "still here");
  served.close();
  equal(await client.readAll(), "");
  await stage.upstream.drained();
});

Deno.test("tunnel() forwards the function's shutdown while the client continues", async () => {
  await using stage = openStage();
  const { client, served } = await open(stage);
  await served.write("bye");
  await served.closeWrite();
  equal(await client.readAll(), "bye");
  await client.write("not yet");
  equal(await served.read(7), "not yet");
  client.close();
  equal(await served.readAll(), "");
});

Deno.test("tunnel() forwards data that arrives together with the heads", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, `${UPGRADE}early`);
  await served.write(`${SWITCHED}hello`);
  equal(await client.read(SWITCHED.length + 5), `${SWITCHED}hello`);
  equal(await served.read(5), "early");
});

Deno.test("exchange() continues with HTTP if the function does not switch protocols", async () => {
  await using stage = openStage();
  const { client, served } = await begin(stage, UPGRADE);
  await served.write(OK);
  equal(await client.read(OK.length), OK);
  await client.write(GET);
  match(await served.readHead(), /^GET \/x /);
});

Deno.test("exchange() does not switch protocols before the request is complete", async () => {
  await using stage = openStage();
  const { client, served } = await begin(
    stage,
    UPGRADE.replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\nbo"),
  );
  await served.write(SWITCHED);
  match(await client.readUntil("Error forwarding"), /^HTTP\/1.1 502 .*: close\r\n/s);
});
