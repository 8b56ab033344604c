import assert from "node:assert/strict";
import type { Peer } from "../proxy/harness.ts";
import { streamsFunction } from "./support/fixtures.ts";
import { type Server, startServer } from "./support/harness.ts";
import { ask, connect } from "./support/raw_client.ts";

Deno.test("upgrade: an unknown protocol passes, and each side can close separately", async () => {
  await using server = await startServer({ files: await streamsFunction("upgrade") });
  const base = `${server.url}/upgrade`;
  await server.answers("/upgrade", "ready");

  using first = await open(server);
  await first.closeWrite();
  await ask(`${base}/noted/end`);
  // The function has seen the end of the client's data, and continues.
  await ask(`${base}/note/go-on`);
  assert.equal(await first.readAll(), "after your end\n");

  const second = await open(server);
  await second.write("your end\n");
  assert.equal(await second.readAll(), "ending\n");
  await second.write("the rest");
  second.close();
  assert.equal(await ask(`${base}/noted/rest`), "the rest");
});

/** Opens a connection that has switched protocols and forwarded bytes in both directions. */
async function open(server: Server): Promise<Peer> {
  const client = await connect(server);
  await client.write(
    "GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: parrot\r\n\r\nearly",
  );
  assert.match(await client.readHead(), /^HTTP\/1\.1 101 [^]*\r\nUpgrade: parrot\r\n/);
  assert.equal(await client.read(5), "early");
  const bytes = "\0\xff\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n\n";
  await client.write(bytes);
  assert.equal(await client.read(bytes.length), bytes);
  return client;
}
