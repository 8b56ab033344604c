// Run by main.ts, and not by the suite, which needs no browser.
import { deepEqual, equal } from "node:assert/strict";
import { chromium } from "npm:playwright-core@1.65.1";
import type { AccessRecord } from "../../../lib/proxy/access_log.ts";
import { createUpstream } from "../../../lib/proxy/upstream.ts";
import { RouteTable } from "../../../lib/proxy/route_table.ts";
import { openProxy } from "../../../lib/proxy/proxy.ts";
import { PAIRS } from "../../proxy/certificates.ts";
import { eventually } from "../../patience.ts";

/** Nothing in the background, so that the proxy sees the page's own requests only. */
const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

const EVENTS = 3;

/** Bytes of an upload that needs several windows. */
const UPLOAD = 3_000_000;

/** Runs in the page; returns what each way has brought. */
const SCRIPT = `(async () => {
  const base = location.pathname;
  const many = await Promise.all(Array.from({ length: 40 }, async (_, index) =>
    await (await fetch(base + "text?" + index)).text()));
  const sent = new Uint8Array(${UPLOAD}).map((_, index) => index * 7);
  const echoed = new Uint8Array(
    await (await fetch(base + "echo", { method: "POST", body: sent })).arrayBuffer());
  const events = await new Promise((resolve, reject) => {
    const seen = [];
    const source = new EventSource(base + "events");
    source.onerror = () => reject(new Error("no events"));
    source.onmessage = ({ data }) => {
      seen.push(data);
      if (seen.length < ${EVENTS}) return;
      source.close();
      resolve(seen);
    };
  });
  const socket = new WebSocket("wss://" + location.host + base + "socket");
  const message = await new Promise((resolve, reject) => {
    socket.onopen = () => socket.send("ping");
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = () => reject(new Error("no WebSocket"));
  });
  const closed = await new Promise((resolve) => {
    socket.onclose = ({ code, wasClean }) => resolve([code, wasClean]);
    socket.close(1000);
  });
  const protocols = performance.getEntriesByType("resource").map((one) => one.nextHopProtocol);
  return {
    texts: new Set(many).size,
    isSame: echoed.length === sent.length && echoed.every((byte, at) => byte === sent[at]),
    events,
    message,
    closed,
    protocols: [...new Set(protocols)],
  };
})()`;

function answer(request: Request): Response {
  const { pathname, search } = new URL(request.url);
  switch (pathname) {
    case "/text":
      return new Response(`text ${search}`);
    case "/echo":
      return new Response(request.body);
    case "/events": {
      const texts = Array.from({ length: EVENTS }, (_, index) => `data: ${index}\n\n`);
      // The stream stays open, as those of functions do.
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    }
    case "/socket": {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(`${data} pong`);
      return response;
    }
    default:
      return new Response("<!doctype html><title>h2</title>", {
        headers: { "content-type": "text/html" },
      });
  }
}

Deno.test("HTTP/2: fetch, an upload, events and a WebSocket of one page share a connection", async () => {
  const records: AccessRecord[] = [];
  const errors: unknown[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  const routes = new RouteTable();
  const upstream = createUpstream({ hostname: "127.0.0.1", port: server.addr.port });
  routes.set("app", { type: "ready", upstream });
  await using proxy = openProxy({
    hostname: "127.0.0.1",
    port: 0,
    routes,
    tls: PAIRS.one,
    http2: true,
    onAccess: (record) => records.push(record),
    onError: (error) => errors.push(error),
  });
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const tab = await context.newPage();
    await tab.goto(`https://localhost:${proxy.port}/app/`);
    deepEqual(await tab.evaluate(SCRIPT), {
      texts: 40,
      isSame: true,
      events: ["0", "1", "2"],
      message: "ping pong",
      closed: [1000, true],
      protocols: ["h2"],
    });
    equal(proxy.connections, 1);
    await eventually("the record of the socket", () =>
      records.some(({ target }) => target === "/app/socket"));
    const socket = records.find(({ target }) => target === "/app/socket")!;
    deepEqual([socket.method, socket.status, socket.protocol], ["CONNECT", 200, "HTTP/2.0"]);
    deepEqual(new Set(records.map(({ protocol }) => protocol)), new Set(["HTTP/2.0"]));
    deepEqual(errors, []);
  } finally {
    await browser.close();
    upstream.close();
  }
});
