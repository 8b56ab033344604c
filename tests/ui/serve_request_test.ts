import { equal, match } from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable, Writable } from "node:stream";
import { pageFor } from "../../lib/control/admin_page.ts";
import { openAdminServer } from "../../lib/control/admin_server.ts";
import { createPageHandler } from "../../lib/ui/page_handler.ts";
import { PAGE_PATH } from "../../lib/ui/page_path.ts";
import { serveRequest } from "../../lib/ui/serve_request.ts";
import { exchangeFrom } from "../proxy/local_client.ts";
import { TOKEN } from "./browser_page.ts";
import { fakeSource } from "./fake_source.ts";

const FORM = "Content-Type: application/x-www-form-urlencoded";

Deno.test("page: over a socket, hosts, methods, bodies and prefixes of a proxy", async () => {
  using page = createPageHandler({
    source: fakeSource(),
    takeLink: () => false,
    acceptToken: (token) => Promise.resolve(token === TOKEN),
    remedy: "Ask the operator.",
    canWrite: () => true,
    version: "1.2.3",
    isTrusted: (address) => address === "127.0.0.3",
  });
  const mounted = { ...page, path: PAGE_PATH };
  await using server = await openAdminServer({
    hostname: "0.0.0.0",
    port: 0,
    answer: () => Promise.resolve({ status: 404, text: "not the page\n" }),
    pageOf: (request) => pageFor(request, mounted, ["admin.example"]),
  });
  const { port } = server;
  const ask = async (head: string, { from = "127.0.0.1", body = "" } = {}): Promise<string> => {
    const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
    const request = `${head}\r\n${length}Connection: close\r\n\r\n${body}`;
    return await exchangeFrom({ from, port, request });
  };
  const local = `Host: 127.0.0.1:${port}`;
  const rows: readonly (readonly [head: string, answer: RegExp])[] = [
    [`GET /_ui/ HTTP/1.1\r\n${local}`, /^HTTP\/1.1 401 .*<h1>Log in/s],
    [`HEAD /_ui/ HTTP/1.1\r\n${local}`, /^HTTP\/1.1 401 .*\r\n\r\n$/s],
    [`GET /_ui/ HTTP/1.1\r\nHost: admin.example`, /^HTTP\/1.1 401 /],
    [`GET /_ui/ HTTP/1.1\r\nHost: evil.example`, /not the page/],
    [`GET http://evil.example/_ui/ HTTP/1.1\r\n${local}`, /not the page/],
    [`GET /_uix HTTP/1.1\r\n${local}`, /not the page/],
    [`GET /_ui/../metrics HTTP/1.1\r\n${local}`, /^HTTP\/1.1 401 /],
    [`GET //evil.example/_ui/ HTTP/1.1\r\n${local}`, /not the page/],
    [`GET /_ui HTTP/1.1\r\n${local}`, /^HTTP\/1.1 303 .*location: \.\/_ui\/\r\n/is],
    [`GET /_ui/functions/%ff%00 HTTP/1.1\r\n${local}`, /^HTTP\/1.1 401 /],
    [`TRACE /_ui/ HTTP/1.1\r\n${local}`, /^HTTP\/1.1 (?:4\d\d|500) /],
  ];
  for (const [head, answer] of rows) match(await ask(head), answer, head);
  const login =
    `POST /_ui/login HTTP/1.1\r\n${local}\r\n${FORM}\r\nOrigin: http://127.0.0.1:${port}`;
  const good = await ask(login, { body: `secret=${TOKEN}` });
  match(good, new RegExp(`^HTTP/1.1 303 .*set-cookie: ddsrv-ui-${port}=`, "is"));
  equal(/; Secure/i.test(good), false);
  // Only a trusted proxy says which protocol the browser used.
  const forwarded = `${login}\r\nX-Forwarded-Proto: https`;
  equal(/; Secure/i.test(await ask(forwarded, { body: `secret=${TOKEN}` })), false);
  match(await ask(forwarded, { from: "127.0.0.3", body: `secret=${TOKEN}` }), /; Secure/);
  match(await ask(login, { body: `secret=${"x".repeat(20_000)}` }), /^HTTP\/1.1 413 /);
});

Deno.test("serveRequest() cancels the reply if the browser has gone before it begins", async () => {
  const request = Object.assign(Readable.from([]), { method: "GET", headers: {}, socket: {} });
  const response = Object.assign(new Writable(), { writeHead: () => {} });
  let isCancelled = false;
  await serveRequest(
    request as unknown as IncomingMessage,
    response as unknown as ServerResponse,
    {
      target: "/",
      isTrusted: () => false,
      async answer() {
        response.destroy();
        await once(response, "close");
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(1)),
          cancel: () => void (isCancelled = true),
        });
        return new Response(body);
      },
    },
  );
  equal(isCancelled, true);
});
