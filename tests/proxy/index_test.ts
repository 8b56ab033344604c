import { equal, match } from "node:assert/strict";
import { openStage } from "./harness.ts";
import type { ProxyOptions } from "../../lib/proxy/proxy.ts";

/** Sends one request, and returns the whole answer. */
async function ask(
  request: string,
  options: Partial<ProxyOptions>,
  fields = "",
): Promise<string> {
  await using stage = openStage({}, options);
  const client = await stage.connect();
  await client.write(
    `${request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n`,
  );
  return await client.readAll();
}

const NOT_FOUND = /^HTTP\/1\.1 404 .*\r\n\r\nFunction not found$/s;

Deno.test("serveClient() lists functions at / for clients that may see them", async () => {
  match(
    await ask("GET /", { index: "local" }),
    /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n\/app\/ ready\n$/s,
  );
  match(await ask("GET /?q", { index: "all" }), /\/app\/ ready\n$/);
  match(
    await ask("HEAD /", { index: "local" }),
    /^HTTP\/1\.1 200 .*content-length: 12\r\n.*\r\n\r\n$/s,
  );
  match(
    await ask("GET /", { index: "local" }, "Accept: application/json\r\n"),
    /{"functions":\[{"name":"app","status":"ready","url":"\/app\/"}\]}\n$/,
  );
  for (const index of ["off", undefined] as const) {
    match(await ask("GET /", index === undefined ? {} : { index }), NOT_FOUND);
  }
  match(await ask("POST /", { index: "local" }), NOT_FOUND);
  match(await ask("GET //", { index: "local" }), NOT_FOUND);
  match(await ask("GET /", { index: "local" }, "X-Forwarded-For: 192.0.2.1\r\n"), NOT_FOUND);
  const trusted = { index: "local", trustedProxies: ["127.0.0.1"] } as const;
  match(await ask("GET /", trusted, "X-Forwarded-For: 192.0.2.1\r\n"), NOT_FOUND);
  match(await ask("GET /", { index: "all" }, "X-Forwarded-For: 192.0.2.1\r\n"), /\/app\/ ready\n$/);
});

Deno.test("serveClient() has no list where a function may own the host or /", async () => {
  match(await ask("GET /", { index: "all", root: "www" }), NOT_FOUND);
  match(await ask("GET http://shop.test/", { index: "all", domains: ["test"] }), NOT_FOUND);
});

Deno.test("serveClient() suggests a name to clients that may see the list", async () => {
  const near = await ask("GET /appp/x", { index: "local" });
  match(near, /^HTTP\/1\.1 404 .*\r\n\r\nFunction not found\n\nDid you mean "app"\?$/s);
  match(near, /x-ddsrv-error: function-not-found\r\n/);
  match(
    await ask("GET http://ap.test/", { index: "all", domains: ["test"] }),
    /Did you mean "app"\?$/,
  );
  match(await ask("GET /zzzz", { index: "local" }), NOT_FOUND);
  match(await ask("GET /appp", { index: "off" }), NOT_FOUND);
  match(await ask("GET /appp", { index: "local", hideErrors: true }), NOT_FOUND);
  match(await ask("GET /appp", { index: "local" }, "X-Real-IP: 192.0.2.1\r\n"), NOT_FOUND);
  match(
    await ask("GET /%3Cb%3Eapp", { index: "local" }, "Accept: text/html\r\n"),
    /<h1>404 Function not found<\/h1>\n<\/html>|Did you mean &#34;app&#34;\?<\/pre>/,
  );
});

Deno.test("serveClient() gives a page that refreshes to browsers alone", async () => {
  await using stage = openStage();
  stage.routes.set("app", {
    type: "refused",
    fault: { code: "function-failed", status: 500, title: "Failed", message: "Failed: why" },
  });
  const send = async (method: string, fields: string): Promise<string> => {
    const client = await stage.connect();
    await client.write(
      `${method} /app/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${fields}\r\n`,
    );
    return await client.readAll();
  };
  const html = "Accept: text/html\r\n";
  match(await send("GET", html), /connect-src 'self'.*<script>/s);
  equal((await send("POST", html)).includes("<script>"), false);
  equal(
    (await send("GET", "")).replace(/date: .*\r\n/, ""),
    "HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain; charset=utf-8\r\n" +
      "content-length: 11\r\nx-content-type-options: nosniff\r\n" +
      "x-ddsrv-error: function-failed\r\nconnection: close\r\n\r\nFailed: why",
  );
});
