import assert from "node:assert/strict";
import { within } from "../proxy/harness.ts";
import { streamsFunction } from "./support/fixtures.ts";
import { type Server, startServer } from "./support/harness.ts";
import { ask, connect } from "./support/raw_client.ts";

// Data that is not buffered arrives before the next piece is sent, so these tests need no clock.

Deno.test("streams: events arrive while the function's stream is open", async (test) => {
  await using server = await startServer({
    files: { ...await streamsFunction("events"), ...await streamsFunction("node_events") },
  });
  for (const name of ["events", "node_events"]) {
    const base = `${server.url}/${name}`;
    await server.answers(`/${name}`, "ready");
    await test.step(`${name} to HTTP/1.1`, () => followRaw(server, { name, version: "1.1" }));
    await test.step(`${name} to HTTP/1.0`, () => followRaw(server, { name, version: "1.0" }));
    await test.step(`${name} to fetch`, () => followFetched(base));
    await test.step(`${name} to EventSource`, () => followEvents(base));
    await test.step(`${name} both ways at once`, () => converse(server, name));
  }
});

async function followRaw(
  server: Server,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<void> {
  const base = `${server.url}/${name}`;
  using client = await connect(server);
  await client.write(`GET /${name}/events/raw-${version} HTTP/${version}\r\nHost: h\r\n\r\n`);
  const head = await client.readHead();
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(head, /\r\ncontent-type: text\/event-stream\r\n/i);
  assert.equal(/chunked/i.test(head), version === "1.1");
  assert.match(await client.readUntil("\n\n"), /data: first\n\n$/);
  for (const text of ["second", "third"]) {
    await ask(`${base}/emit/raw-${version}`, text);
    assert.ok((await client.readUntil("\n\n")).endsWith(`data: ${text}\n\n`));
  }
  client.close();
  assert.equal(await ask(`${base}/left/raw-${version}`), "yes");
}

async function followFetched(base: string): Promise<void> {
  const response = await within(fetch(`${base}/events/fetched`), "the head");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const next = (): Promise<string | undefined> =>
    within(reader.read(), "an event").then(({ value }) => value);
  assert.equal(await next(), "data: first\n\n");
  await ask(`${base}/emit/fetched`, "second");
  assert.equal(await next(), "data: second\n\n");
  await ask(`${base}/end/fetched`);
  assert.equal(await next(), undefined);
}

async function followEvents(base: string): Promise<void> {
  const source = new EventSource(`${base}/events/source`);
  const heard: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  source.onerror = () => reject(new Error("The event source broke"));
  source.onmessage = ({ data }) => {
    heard.push(data);
    if (heard.length === 3) resolve();
    else ask(`${base}/emit/source`, `after ${data}`).catch(reject);
  };
  try {
    await within(promise, "three events");
  } finally {
    source.close();
  }
  assert.deepEqual(heard, ["first", "after first", "after after first"]);
  assert.equal(await ask(`${base}/left/source`), "yes");
}

/** Asserts that each piece of the request's body comes back before the next one is sent. */
async function converse(server: Server, name: string): Promise<void> {
  using client = await connect(server);
  await client.write(
    `POST /${name}/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  for (const text of ["one", "two", "three"]) {
    const chunk = `${text.length}\r\n${text}\r\n`;
    await client.write(chunk);
    assert.ok((await client.readUntil(chunk)).endsWith(chunk));
  }
  await client.write("0\r\n\r\n");
  assert.equal(await client.readUntil("0\r\n\r\n"), "0\r\n\r\n");
}
