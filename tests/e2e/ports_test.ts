import assert from "node:assert/strict";
import { within } from "../patience.ts";
import { eventually, startServer } from "./support/harness.ts";

/** Returns code that serves a text on a port. */
const serve = (port: number | string, text: string): string =>
  `Deno.serve({ port: ${port} }, () => new Response("${text}"));\n`;

const PORT = 'Number(Deno.env.get("PORT"))';

const inner = `async (request) => new URL(request.url).pathname === "/inner"
  ? new Response("inner")
  : new Response(await (await fetch("http://localhost:PORT/inner")).text())`;

Deno.test("serve chooses the port that is meant, and leaves it where the code says", async () => {
  await using server = await startServer({
    files: {
      "app-and-metrics/index.ts": serve(9100, "metrics") + serve(3000, "app"),
      "metrics-first/index.ts": serve(9464, "metrics") + serve(PORT, "app"),
      "named/index.ts": serve(8000, "public") + serve(3000, "named"),
      "named/ddsrv.json": '{ "port": 3000 }',
      "named-wrong/index.ts": serve(7000, "other"),
      "named-wrong/ddsrv.json": '{ "port": 3000, "startTimeout": "1s" }',
      "late/index.ts": `${serve(9100, "metrics")}
        setTimeout(() => { ${serve(3000, "late")} }, 3_000);\n`,
      "low/index.ts": serve(80, "low"),
      "self/index.ts": `Deno.serve({ port: 3000 }, ${inner.replace("PORT", "3000")})`,
      "self-export/index.ts": `const fetchSelf = ${inner.replace("PORT", "8000")};
        export default { fetch: fetchSelf };
        setInterval(() => {}, 1_000);\n`,
      "node-and-export/index.ts": `import http from "node:http";
        http.createServer((_, answer) => answer.end("node")).listen(3000);
        export default { fetch: () => new Response("never") };\n`,
      "listed/index.ts": `Deno.serve({ port: 3000 }, ${inner.replace("PORT", "3000")})`,
      "listed/ddsrv.json": '{ "permissions": { "net": ["api.test"] } }',
      "http2/index.ts": `import http2 from "node:http2";
        http2.createServer((_, answer) => answer.end()).listen(3000);\n`,
    },
  });
  await server.answers("/app-and-metrics", "app");
  await server.answers("/metrics-first", "app");
  await server.answers("/named", "named");
  await server.answers("/low", "low");
  await server.answers("/self", "inner");
  await server.answers("/self-export", "inner");
  await server.answers("/node-and-export", "node");
  await server.answers("/listed", "inner");
  await server.answers("/late", "late");
  await server.said(
    "named-wrong failed: It listens on port 7000, but its ddsrv.json names port 3000",
  );
  const problem = async (name: string): Promise<string> =>
    (await server.inspect(name)).problems.join("\n");
  assert.match(await problem("app-and-metrics"), /ports 3000, 9100, and ddsrv serves 3000/);
  for (const name of ["metrics-first", "named", "self"]) assert.equal(await problem(name), "");
  await eventually(
    "the upstream of late is its app",
    async () => (await server.inspect("late")).upstream?.endsWith(":3000") === true,
  );
  const response = await fetch(`${server.url}/http2`);
  assert.equal(response.status, 502);
  assert.match(
    await response.text(),
    /the function speaks HTTP\/2 only, but the proxy sends HTTP\/1\.1/,
  );
  assert.match(await problem("http2"), /^Requests fail: the function speaks HTTP\/2 only/);
});

Deno.test("serve: info.remoteAddr is the client's, which it cannot forge", async () => {
  const answer = '`${info.remoteAddr.hostname} ${request.headers.get("x-deno-client-address")}`';
  await using server = await startServer({
    files: {
      "served/index.ts": `Deno.serve((request, info) => new Response(${answer}));\n`,
      "exported/index.ts": `export default {
          fetch(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) {
            return new Response(${answer});
          },
        };\n`,
      "socket/index.ts": `Deno.serve((request, info) => {
          const { hostname } = info.remoteAddr;
          const { socket, response } = Deno.upgradeWebSocket(request);
          socket.onopen = () => socket.send(hostname);
          return response;
        });\n`,
    },
    flags: ["--trusted-proxies=127.0.0.1"],
  });
  const ask = async (name: string, headers: Record<string, string>): Promise<string> =>
    await (await fetch(`${server.url}/${name}`, { headers })).text();
  await server.answers("/served", "127.0.0.1 null");
  await server.answers("/exported", "127.0.0.1 null");
  for (const name of ["served", "exported"]) {
    assert.equal(await ask(name, { "x-deno-client-address": "6.6.6.6:1" }), "127.0.0.1 null");
    assert.equal(await ask(name, { "x-deno-client-address": "not an address" }), "127.0.0.1 null");
    const forwarded = { "x-forwarded-for": "6.6.6.6, 2001:db8::7" };
    assert.equal(await ask(name, forwarded), "2001:db8::7 null");
    assert.equal(await ask(name, { "x-forwarded-for": "fe80::1%eth0" }), "127.0.0.1 null");
  }
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket`);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  socket.onmessage = ({ data }) => resolve(data);
  assert.equal(await within(promise, "a message"), "127.0.0.1");
  socket.close();
});
