import { equal, match } from "node:assert/strict";
import { serveClient } from "../../lib/proxy/serve_client.ts";
import { peerOf } from "../../lib/proxy/peer.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { createUpstream } from "../../lib/proxy/upstream.ts";
import { contextOf, fakeConnection, lonelyClient } from "./fake_connection.ts";
import { within } from "./harness.ts";

const REQUEST = "POST /app/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n" +
  "0\r\n\r\n";
const NEXT = "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
const ANSWER = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Serves both requests and a response, all in pieces, and returns the bytes sent. */
async function serve(
  requests: readonly string[],
  answer: readonly string[],
): Promise<{ readonly upstream: string; readonly client: string }> {
  const sent = { upstream: "", client: "" };
  const client = fakeConnection((text) => {
    sent.client += text;
    return Promise.resolve(text.length);
  });
  const served = fakeConnection((text) => {
    sent.upstream += text;
    if (sent.upstream.endsWith("\r\n0\r\n\r\n")) answer.forEach(served.arrive);
    return Promise.resolve(text.length);
  });
  const upstream = {
    ...createUpstream({ hostname: "127.0.0.1", port: 0 }),
    takeIdle: () => ({ wire: served.wire, isReused: false }),
    release: () => served.wire.close(),
  };
  const routes = new RouteTable();
  routes.set("app", { type: "ready", upstream });
  requests.forEach(client.arrive);
  const serving = serveClient({
    wire: client.wire,
    peer: peerOf("192.0.2.1", { proto: "http", isTrusted: () => false }),
    ...lonelyClient(),
    context: contextOf(routes),
  });
  await within(serving, `the end: ${JSON.stringify({ requests, answer, sent })}`);
  return sent;
}

function check(sent: Awaited<ReturnType<typeof serve>>): void {
  match(sent.upstream, /^POST \/x HTTP\/1.1\r\nHost: h\r\n.*\r\n\r\n2\r\nhi\r\n0\r\n\r\n$/s);
  equal(sent.client.slice(0, ANSWER.length), ANSWER);
  match(sent.client.slice(ANSWER.length), /^HTTP\/1.1 404 .*Function not found$/s);
}

Deno.test("serveClient() reads requests the same for any split of the input", async () => {
  const text = REQUEST + NEXT;
  check(await serve([...text], [ANSWER]));
  for (let cut = 1; cut < text.length; cut++) {
    check(await serve([text.slice(0, cut), text.slice(cut)], [ANSWER]));
  }
});

Deno.test("exchange() reads responses the same for any split of the input", async () => {
  check(await serve([REQUEST + NEXT], [...ANSWER]));
  for (let cut = 1; cut < ANSWER.length; cut++) {
    check(await serve([REQUEST + NEXT], [ANSWER.slice(0, cut), ANSWER.slice(cut)]));
  }
});
