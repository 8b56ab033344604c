import assert from "node:assert/strict";
import { z } from "zod";
import { answer, type ControlRequest } from "../../lib/control/answer_request.ts";
import { apiShapes } from "../../lib/control/api_schema.ts";
import { type ControlContext, type Route, route } from "../../lib/control/route.ts";

const routes: readonly Route[] = [
  route({
    method: "GET",
    path: "/echo/{name}",
    operation: "echo",
    summary: "",
    query: z.strictObject({ limit: z.string().regex(/^\d+$/, "Give digits").optional() }),
    handle: ({ name, query }) => ({ status: 200, body: { name, ...query } }),
  }),
  route<z.ZodObject, unknown>({
    method: "POST",
    path: "/check",
    operation: "check",
    summary: "",
    requestBody: "CheckRequest",
    handle: ({ body }) => ({ status: 200, body }),
  }),
];

function ask(method: string, target: string, more: Partial<ControlRequest> = {}) {
  const request = {
    method,
    target,
    host: "localhost",
    origin: undefined,
    body: pieces(),
    signal: new AbortController().signal,
    ...more,
  };
  return answer(request, routes, {} as ControlContext);
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
  await Promise.resolve();
}

const check = (...texts: string[]) => ask("POST", "/v1/check", { body: pieces(...texts) });

Deno.test("answer() passes validated input to handlers", async () => {
  assert.deepEqual(await ask("GET", "/v1/echo/a%20b?limit=5"), {
    status: 200,
    body: { name: "a b", limit: "5" },
  });
  const body = { name: ".new", as: "shop" };
  const text = JSON.stringify(body);
  assert.deepEqual(await check(text.slice(0, 9), text.slice(9)), { status: 200, body });
});

const refused: readonly (readonly [string, () => ReturnType<typeof ask>, number, string])[] = [
  ["another version", () => ask("GET", "/v9/x"), 404, "No such path: all paths begin with /v1"],
  [
    "an unknown path",
    () => ask("GET", "/v1/nothing?x"),
    404,
    'No such path: "/v1/nothing". See: ddsrv schema --api',
  ],
  [
    "another method",
    () => ask("PUT", "/v1/check"),
    405,
    '"/v1/check" does not support PUT. Use POST',
  ],
  [
    "bytes that are not UTF-8",
    () => ask("GET", "/v1/echo/%ff"),
    400,
    "The path is not valid UTF-8",
  ],
  [
    "an unknown parameter",
    () => ask("GET", "/v1/echo/x?limmit=5"),
    400,
    'Invalid query: Unrecognized key: "limmit"',
  ],
  [
    "an invalid parameter",
    () => ask("GET", "/v1/echo/x?limit=five"),
    400,
    "Invalid query: limit: Give digits",
  ],
  [
    "a repeated parameter",
    () => ask("GET", "/v1/echo/x?limit=5&limit=6"),
    400,
    'The query contains "limit" more than once',
  ],
  [
    "another host",
    () => ask("GET", "/v1/echo/x", { host: "evil.example:80" }),
    421,
    'Send "Host: localhost". Other hosts are not served',
  ],
  [
    "no host",
    () => ask("GET", "/v1/echo/x", { host: undefined }),
    421,
    'Send "Host: localhost". Other hosts are not served',
  ],
  [
    "a web page",
    () => ask("POST", "/v1/check", { origin: "http://localhost:8080" }),
    403,
    "Requests from web pages are not allowed",
  ],
  [
    "a body that is not JSON",
    () => check("name=x&as=y"),
    400,
    "Invalid body: Invalid input: expected object, received undefined",
  ],
  [
    "a body with a path",
    () => check('{"name":"..","as":"shop"}'),
    400,
    "Invalid body: name: Invalid input",
  ],
  [
    "a body that is too large",
    () => check("x".repeat(70_000)),
    413,
    "The body is larger than 65536 bytes",
  ],
  [
    "a body that never ends",
    () => ask("POST", "/v1/check", { body: endless() }),
    413,
    "The body is larger than 65536 bytes",
  ],
  [
    "a body that is not UTF-8",
    () => ask("POST", "/v1/check", { body: broken() }),
    400,
    "The body is incomplete or not valid UTF-8",
  ],
];

for (const [what, send, status, error] of refused) {
  Deno.test(`answer() refuses ${what}`, async () => {
    const reply = await send();
    assert.deepEqual([reply.status, reply.body], [status, { error }]);
    apiShapes.ErrorReport.parse(reply.body);
    if (status === 405) assert.deepEqual(reply.headers, { allow: "POST" });
  });
}

for (const host of ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]"]) {
  Deno.test(`answer() accepts the host ${host}`, async () => {
    assert.equal((await ask("GET", "/v1/echo/x", { host })).status, 200);
  });
}

async function* endless(): AsyncGenerator<Uint8Array> {
  while (true) yield await Promise.resolve(new Uint8Array(1024).fill(120));
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array([0xff]));
}

Deno.test("answer() refuses a body with very deep nesting", async () => {
  const bytes = 64 * 1024;
  const bodies = [
    "[".repeat(bytes),
    "[".repeat(bytes / 2) + "]".repeat(bytes / 2),
    `{"name":${"[".repeat(bytes / 2 - 10)}${"]".repeat(bytes / 2 - 10)}}`,
    `{"__proto__":{"name":"a"}}`,
  ];
  for (const body of bodies) {
    const reply = await check(body);
    assert.equal(reply.status, 400);
    assert.match(JSON.stringify(reply.body), /Invalid body/);
  }
  // Positive control: a body of the right shape is taken.
  assert.equal((await check('{"name":".new","as":"shop"}')).status, 200);
});
