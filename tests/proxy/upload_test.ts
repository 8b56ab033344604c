import { deepEqual, equal } from "node:assert/strict";
import { BodyReader } from "../../lib/proxy/http1/body_reader.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { peerOf } from "../../lib/proxy/peer.ts";
import { exchange } from "../../lib/proxy/exchange.ts";
import { defaultLimits } from "../../lib/config/limits.ts";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { createUpstream } from "../../lib/proxy/upstream.ts";
import { contextOf, fakeConnection, lonelyClient } from "./fake_connection.ts";
import { OK, within } from "./harness.ts";

Deno.test("exchange() does not reuse a connection that has not taken the whole request", async () => {
  const request = "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n";
  const got: string[] = [];
  const client = fakeConnection((text) => {
    got.push(text);
    return Promise.resolve(text.length);
  });
  // The function reads the head, and responds without reading the body.
  const served = fakeConnection((text) => {
    if (text.endsWith("\r\n\r\n")) {
      client.arrive("body");
      return Promise.resolve(text.length);
    }
    served.arrive(OK);
    return new Promise(() => {});
  });
  client.arrive(request);
  await client.wire.fill();
  client.wire.start = request.length;
  const head = createRequestHead(defaultLimits.maxFields);
  const range = { start: 0, end: request.length };
  equal(parseRequestHead(client.wire.buffer, range, head, defaultLimits), undefined);
  const peer = peerOf("192.0.2.1", { proto: "http", isTrusted: () => false });
  let released = 0;
  const exchanged = exchange({
    client: {
      wire: client.wire,
      peer,
      ...lonelyClient(),
      context: contextOf(new RouteTable()),
    },
    head,
    body: new BodyReader(client.wire, head.framing),
    rewrite: {
      restStart: head.targetEnd,
      rawPrefix: "/app",
      peer,
      clientBytes: peer.socketBytes,
      requestId: "id",
      upstreamHost: "h",
      via: false,
    },
    upstream: {
      ...createUpstream({ hostname: "127.0.0.1", port: 0 }),
      takeIdle: () => ({ wire: served.wire, isReused: false }),
      release: () => void released++,
    },
  });
  deepEqual(await within(exchanged, "the exchange to end"), { type: "persistent" });
  equal(got.join(""), OK);
  equal(released, 0);
  equal(served.wire.isEnded, true);
  client.wire.close();
});
