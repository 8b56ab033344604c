import type { Shape, ShapeGroup } from "../shape.ts";

const INDEX = ["run", "-A", "index.ts"];
const INSTALL = ["install", "--quiet"];

const JSON_BODY = { "content-type": "application/json" };

const WEB: readonly Shape[] = [
  {
    name: "npm-express-4",
    title: "Express 4 with cookie-parser",
    bare: INDEX,
    port: 3000,
    requests: [
      { path: "/", headers: { cookie: "a=b" }, contains: '"a":"b"' },
      { path: "/items/7", method: "POST", headers: JSON_BODY, body: '{"b":1}', status: 201 },
      { path: "/redirect", status: 302 },
      { path: "/error", status: 500 },
      { path: "/none", status: 404 },
    ],
  },
  {
    name: "npm-express-5",
    title: "Express 5 with helmet, CORS and compression",
    bare: ["run", "-A", "index.js"],
    port: 3000,
    install: INSTALL,
    requests: [
      { path: "/?a[]=1", headers: { origin: "https://app.example" }, contains: "query" },
      { path: "/large", headers: { "accept-encoding": "gzip" }, contains: "abcabc" },
      { path: "/async", status: 418, contains: "teapot" },
    ],
  },
  {
    name: "npm-express-static",
    title: "Express with EJS templates and static files",
    bare: ["run", "-A", "index.js"],
    install: INSTALL,
    port: 3000,
    requests: [
      { path: "/", contains: "&lt;one&gt;" },
      { path: "/public/site.css", contains: "green" },
      { path: "/public/site.css", headers: { range: "bytes=0-1" }, status: 206 },
    ],
  },
  {
    name: "npm-session",
    title: "express-session and express-rate-limit",
    bare: INDEX,
    port: 3000,
    requests: [{ path: "/", contains: '"count":1' }],
  },
  {
    name: "npm-multer",
    title: "Uploads with multer",
    bare: ["run", "-A", "server.cjs"],
    port: 3000,
    install: INSTALL,
    client: "form.ts",
  },
  {
    name: "npm-fastify",
    title: "Fastify 5",
    bare: INDEX,
    port: 3000,
    requests: [
      { path: "/", contains: "fastify" },
      {
        path: "/sum",
        method: "POST",
        headers: JSON_BODY,
        body: '{"numbers":[1,2]}',
        contains: "3",
      },
      { path: "/sum", method: "POST", headers: JSON_BODY, body: "{}", status: 400 },
    ],
  },
  {
    name: "npm-koa",
    title: "Koa",
    bare: ["run", "-A", "index.js"],
    port: 3000,
    requests: [{ path: "/", contains: "koa" }, { path: "/missing", status: 404 }, {
      path: "/",
      method: "DELETE",
      status: 405,
    }],
  },
  {
    name: "npm-hono",
    title: "Hono with `Deno.serve`",
    bare: INDEX,
    requests: [
      { path: "/", contains: "hono" },
      { path: "/etag", contains: "tagged" },
      { path: "/events", contains: "data: three" },
      { path: "/none", status: 404 },
      {
        path: "/",
        method: "OPTIONS",
        status: 204,
        headers: { origin: "https://a.example", "access-control-request-method": "PUT" },
      },
    ],
  },
  {
    name: "npm-hono-default",
    title: "Hono with `export default app`",
    bare: ["serve", "-A", "index.ts"],
    requests: [{ path: "/ann", contains: "<b>ann</b>" }],
  },
  {
    name: "npm-hono-node",
    title: "Hono with @hono/node-server, and a default export",
    bare: ["run", "-A", "src/index.js"],
    port: 3000,
    install: INSTALL,
    requests: [{ path: "/api", contains: "node" }, { path: "/index.html", contains: "static" }],
  },
  {
    name: "npm-listen-and-default",
    title: "`http.createServer` beside `export default { fetch }`",
    bare: INDEX,
    port: 3000,
    requests: [{ path: "/", contains: "the server that listens" }],
  },
  {
    name: "npm-h3",
    title: "h3",
    bare: INDEX,
    port: 3000,
    requests: [{ path: "/", contains: "h3" }, {
      path: "/echo",
      method: "POST",
      headers: JSON_BODY,
      body: '{"a":1}',
      contains: '"a"',
    }],
  },
  {
    name: "npm-elysia",
    title: "Elysia",
    bare: INDEX,
    requests: [{ path: "/", contains: "elysia" }, {
      path: "/double",
      method: "POST",
      headers: JSON_BODY,
      body: '{"number":4}',
      contains: "8",
    }],
  },
  { name: "npm-trpc", title: "tRPC, with its client", bare: INDEX, client: "trpc.ts" },
  {
    name: "npm-graphql-yoga",
    title: "GraphQL Yoga",
    bare: INDEX,
    port: 4000,
    requests: [{
      path: "/graphql",
      method: "POST",
      headers: JSON_BODY,
      body: '{"query":"{ hello(name: \\"a\\") }"}',
      contains: "hello a",
    }],
  },
  {
    name: "npm-apollo",
    title: "Apollo Server 4",
    bare: INDEX,
    port: 4000,
    requests: [{
      path: "/",
      method: "POST",
      headers: JSON_BODY,
      body: '{"query":"{ books }"}',
      contains: "two",
    }],
  },
  {
    name: "npm-socket-io",
    title: "Socket.IO, with its client by polling, WebSocket and an upgrade",
    bare: ["run", "-A", "index.js"],
    port: 3000,
    install: INSTALL,
    client: "socket_io.ts",
  },
  {
    name: "npm-ws",
    title: "ws, with its client",
    bare: ["run", "-A", "index.js"],
    port: 3000,
    install: INSTALL,
    client: "ws.ts",
  },
  {
    name: "npm-nest",
    title: "NestJS with decorators",
    bare: ["run", "-A", "main.ts"],
    port: 3000,
    requests: [{ path: "/cats/1", contains: "felix" }, { path: "/dogs", status: 404 }],
  },
];

const RENDERING: readonly Shape[] = [
  {
    name: "npm-react-stream",
    title: "React, streamed with `Suspense`",
    bare: ["run", "-A", "index.tsx"],
    requests: [{ path: "/", contains: "slow" }],
  },
  {
    name: "npm-vue",
    title: "Vue on the server",
    bare: INDEX,
    requests: [{ path: "/", contains: "count 1" }],
  },
];

const LIBRARIES: readonly Shape[] = [
  {
    name: "npm-undici",
    title: "undici, to itself",
    bare: INDEX,
    requests: [{ path: "/", contains: "undici" }],
  },
  {
    name: "npm-axios",
    title: "axios, with files of mode 0640 in a dependency",
    bare: INDEX,
    requests: [{ path: "/", contains: '"isAxios":true' }],
  },
  {
    name: "npm-winston",
    title: "winston",
    bare: INDEX,
    requests: [{ path: "/", contains: "levels: error" }],
  },
  { name: "npm-pino", title: "pino", bare: INDEX, requests: [{ path: "/", contains: "debug" }] },
  {
    name: "npm-zod",
    title: "Zod",
    bare: INDEX,
    requests: [
      { path: "/", method: "POST", body: '{"item":"a","count":1}', status: 201 },
      { path: "/", method: "POST", body: '{"count":0}', status: 400 },
    ],
  },
  {
    name: "npm-tokens",
    title: "bcryptjs, jose and jsonwebtoken",
    bare: INDEX,
    requests: [{ path: "/", contains: '"isSame":true' }],
  },
  {
    name: "npm-utilities",
    title: "cheerio, date-fns, Handlebars, lodash, uuid and yaml",
    bare: INDEX,
    requests: [{ path: "/", contains: "a & b" }],
  },
  {
    name: "npm-open-telemetry",
    title: "OpenTelemetry's Node SDK",
    bare: INDEX,
    requests: [{ path: "/", contains: "work" }],
  },
  {
    name: "npm-sentry",
    title: "Sentry with Express 4",
    bare: INDEX,
    port: 3000,
    requests: [{ path: "/", contains: "watched" }, { path: "/error", status: 500 }],
  },
  {
    name: "npm-discord",
    title: "discord.js and BullMQ, imported",
    bare: INDEX,
    requests: [{ path: "/", contains: "ping" }],
  },
  {
    name: "npm-clients",
    title: "Clients of S3, OpenAI, Stripe, MongoDB, Redis and mail, imported",
    bare: INDEX,
    requests: [{ path: "/", contains: "eu-west-1" }],
  },
  {
    name: "npm-supabase-js",
    title: "supabase-js",
    bare: INDEX,
    requests: [{ path: "/", contains: '"hasError":true' }],
  },
  {
    name: "npm-sharp",
    title: "sharp, which loads native code",
    bare: INDEX,
    setting: 'the operator\'s `"permissions": { "ffi": true }` for this function',
    operator: { permissions: { ffi: true } },
    requests: [{ path: "/", contains: '"png"' }],
  },
  {
    name: "npm-sharp-refused",
    title: "sharp, without the grant",
    bare: undefined,
    refused: {
      says: /ffi/,
      why: "Native code escapes Deno's permissions. The operator can grant `ffi` to the function",
    },
  },
  {
    name: "npm-better-sqlite3",
    title: "better-sqlite3, which an install script builds",
    bare: undefined,
    refused: {
      says: /better-sqlite3|bindings|node:sqlite/i,
      why: "ddsrv runs no install scripts. `node:sqlite` needs none",
    },
  },
];

const NODE: readonly Shape[] = [
  {
    name: "node-http",
    title: "`node:http` with streams, compression and trailers",
    bare: ["run", "-A", "index.js"],
    port: 3000,
    requests: [
      { path: "/hash", method: "POST", body: "abc", contains: "ba7816bf" },
      { path: "/gzip", contains: "zipped" },
      { path: "/trailers", contains: "with trailers" },
      { path: "/none", status: 404 },
    ],
  },
  {
    name: "node-http2",
    title: "`node:http2`",
    bare: undefined,
    refused: {
      says: /HTTP\/2|http2/i,
      why: "ddsrv speaks HTTP/1.1 with functions. Use `node:http` or `Deno.serve`",
    },
  },
];

/** Packages of npm. */
export const PACKAGES: readonly ShapeGroup[] = [
  { title: "Web frameworks from npm", shapes: WEB },
  { title: "Rendering", shapes: RENDERING },
  { title: "Libraries from npm", shapes: LIBRARIES },
  { title: "Node's own servers", shapes: NODE },
];
