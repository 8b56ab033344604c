// Runs all examples, as written by `ddsrv init`, in one supervisor.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { TEMPLATES } from "../../cli/templates.ts";
import { WORLD } from "../world.ts";
import {
  eventually,
  makeDirectory,
  runCli,
  type Server,
  startServer,
  within,
} from "./support/harness.ts";

const HELLO = new URL("../../examples/hello", import.meta.url);

/** Tests of each example's behaviour, by its name. */
const BEHAVIOURS: Readonly<Record<string, (base: string, server: Server) => Promise<void>>> = {
  "hello": greets,
  "json-api": keepsTasks,
  "hono": routes,
  "express": routes,
  "default-export": answersItsPath,
  "static-files": servesFiles,
  "websocket-chat": talks,
  "server-sent-events": sendsEvents,
  "streamed-upload": hashes,
  "kv-counter": counts,
  "shared-code": escapes,
  "manifest": keepsToItsList,
  "schedule": reports,
  "webhook": verifies,
};

Deno.test("examples pass the check, start and behave as described", async (test) => {
  const directory = await makeDirectory();
  const functions = join(directory, "functions");
  await cp(HELLO, join(functions, "hello"), { recursive: true });
  for (const { name } of TEMPLATES) {
    const { code, stderr } = await runCli(["init", "--template", name], {}, functions);
    assert.equal(code, 0, stderr);
  }
  await resolveTo(WORLD.server, "example.com");
  {
    await using server = await startServer({
      directory,
      isChecked: true,
      cached: ["hono", "express"],
    });
    const names = ["hello", ...TEMPLATES.map(({ name }) => name)];
    assert.deepEqual(Object.keys(BEHAVIOURS).sort(), names.sort());
    for (const [name, behaves] of Object.entries(BEHAVIOURS)) {
      await test.step(name, async () => {
        await server.said(`${name} ready`);
        await behaves(`${server.url}/${name}`, server);
      });
    }
    assert.ok(!/ failed: /.test(server.output()), server.output());
  }
  await test.step("kv-counter continues counting after a restart", async () => {
    await using server = await startServer({ directory });
    await server.said("kv-counter ready");
    assert.equal(await text(`${server.url}/kv-counter`), "4\n");
  });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("examples: the first start serves hello, and fetches nothing", async () => {
  const directory = await makeDirectory();
  const functions = join(directory, "functions");
  await cp(new URL("../../examples", import.meta.url), functions, { recursive: true });
  {
    await using server = await startServer({ directory, isChecked: true });
    await server.said("Functions: 1\n");
    await server.said("hello ready");
    assert.match(await text(`${server.url}/hello/you`), /^Hello from \/you, /);
    const { stdout } = await server.cli("ls", "--quiet");
    assert.equal(stdout, "hello\n");
    assert.ok(!/ignored|failed|Warning/.test(server.output()), server.output());
  }
  await Deno.remove(directory, { recursive: true });
});

async function greets(base: string): Promise<void> {
  assert.match(
    await text(`${base}/you`),
    /^Hello from \/you, process \d+ of its own small world\n$/,
  );
}

async function reports(base: string, server: Server): Promise<void> {
  assert.equal(await text(base), "There is no report yet\n");
  const headers = { "x-ddsrv-schedule": "report" };
  assert.equal(await status(`${base}/report`, { method: "POST", headers }), 403);
  assert.equal((await server.cli("schedules", "run", "schedule", "report")).code, 0);
  assert.match(await text(base), /^Report of \d{4}-/);
}

async function keepsTasks(base: string): Promise<void> {
  const tasks = `${base}/tasks`;
  const post = (body: string): Promise<Response> => fetch(tasks, { method: "POST", body });
  for (const wrong of ["", "[]", "null", '{ "title": 1 }', '{ "title": " " }']) {
    const response = await post(wrong);
    assert.equal(response.status, 400, wrong);
    assert.equal(typeof (await response.json()).error, "string");
  }
  const created = await post('{ "title": "Read" }');
  assert.deepEqual([created.status, await created.json()], [201, { id: 1, title: "Read" }]);
  assert.deepEqual(JSON.parse(await text(tasks)), [{ id: 1, title: "Read" }]);
  assert.deepEqual(JSON.parse(await text(`${tasks}/1`)), { id: 1, title: "Read" });
  assert.equal(await status(tasks, { method: "PUT" }), 405);
  assert.equal(await status(`${tasks}/1`, { method: "PUT" }), 405);
  assert.equal(await status(`${tasks}/1`, { method: "DELETE" }), 204);
  assert.equal(await status(`${tasks}/1`), 404);
  assert.equal(await status(`${base}/other`), 404);
  assert.deepEqual(JSON.parse(await text(tasks)), []);
}

async function routes(base: string): Promise<void> {
  assert.deepEqual(JSON.parse(await text(`${base}/greet/Ada`)), { greeting: "Hello Ada" });
  assert.equal(await text(base), "Try /greet/Ada\n");
  assert.equal(await status(`${base}/other`), 404);
}

async function answersItsPath(base: string): Promise<void> {
  assert.equal(await text(`${base}/a/path`), "GET /a/path\n");
}

async function servesFiles(base: string): Promise<void> {
  for (const path of ["/", "/index.html"]) {
    const response = await fetch(base + path);
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(await response.text(), /<h1>Static files<\/h1>/);
  }
  const style = await fetch(`${base}/style.css`);
  assert.equal(style.headers.get("content-type"), "text/css; charset=utf-8");
  assert.match(await style.text(), /^body \{/);
  for (
    const path of [
      "/none.html",
      "/%ff",
      "/%00",
    ]
  ) {
    assert.equal(await status(base + path), 404, path);
  }
  for (const path of ["/%2e%2e%2findex.ts", "/..%2f..%2f..%2fetc%2fpasswd"]) {
    assert.equal(await status(base + path), 400, path);
  }
  assert.equal(await status(`${base}/`, { method: "HEAD" }), 200);
  assert.equal(await status(`${base}/`, { method: "POST" }), 405);
}

async function talks(base: string): Promise<void> {
  const page = await fetch(base);
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.match(await page.text(), /new WebSocket\(/);
  await using one = await enter(base);
  assert.equal(await one.next(), "Someone joined: 1 online");
  const two = await enter(base);
  assert.equal(await one.next(), "Someone joined: 2 online");
  assert.equal(await two.next(), "Someone joined: 2 online");
  two.socket.send("Hello");
  for (const client of [one, two]) assert.equal(await client.next(), "Hello");
  two.socket.send("x".repeat(1_001));
  await two[Symbol.asyncDispose]();
  assert.equal(await one.next(), "Someone left: 1 online");
}

/** A client of the chat. Disposing of it waits until its connection is closed. */
interface Client extends AsyncDisposable {
  readonly socket: WebSocket;
  /** Returns the next unread message. */
  readonly next: () => Promise<string>;
}

async function enter(base: string): Promise<Client> {
  const socket = new WebSocket(base.replace("http", "ws"));
  const messages = new ReadableStream<string>({
    start(stream) {
      socket.addEventListener("message", ({ data }) => stream.enqueue(data));
      socket.addEventListener("close", () => stream.close());
    },
  }).getReader();
  const closed = Promise.withResolvers<void>();
  socket.addEventListener("close", () => closed.resolve());
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Error(`No WebSocket to ${base}`)));
  await within(opened.promise, "a WebSocket");
  return {
    socket,
    next: async () => (await within(messages.read(), "a message")).value!,
    async [Symbol.asyncDispose]() {
      socket.close();
      await within(closed.promise, "the end of a WebSocket");
    },
  };
}

async function sendsEvents(base: string): Promise<void> {
  const response = await fetch(base, { headers: { "last-event-id": "7" } });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  while (heard.split("\n\n").length <= 2) {
    const { value } = await within(reader.read(), "two events");
    assert.ok(value !== undefined, `The stream ended: ${JSON.stringify(heard)}`);
    heard += value;
  }
  await reader.cancel();
  assert.match(heard, /^id: 8\ndata: \d{4}-\d\d-\d\dT[\d:.]+Z\n\nid: 9\ndata: \d{4}-\d\d-/);
}

async function hashes(base: string): Promise<void> {
  const piece = new Uint8Array(1_000_000).map((_, at) => at % 251);
  const hash = createHash("sha256");
  let left = 8;
  const body = new ReadableStream({
    pull(stream) {
      if (left-- === 0) return stream.close();
      hash.update(piece);
      stream.enqueue(piece);
    },
  });
  const response = await fetch(base, { method: "PUT", body });
  const answer = await response.json();
  assert.deepEqual(answer, { bytes: 8_000_000, sha256: hash.digest("hex") });
  assert.equal(await status(base), 400);
}

async function counts(base: string, server: Server): Promise<void> {
  assert.equal(await text(base), "1\n");
  assert.equal(await text(base), "2\n");
  assert.equal((await server.cli("reload", "kv-counter")).code, 0);
  assert.equal(await text(base), "3\n");
}

async function escapes(base: string): Promise<void> {
  assert.equal(await text(base), "<p>Hello World</p>\n");
  const html = await text(`${base}?name=${encodeURIComponent(`<a b="c">&'`)}`);
  assert.equal(html, "<p>Hello &lt;a b=&quot;c&quot;&gt;&amp;&#39;</p>\n");
}

async function keepsToItsList(base: string, server: Server): Promise<void> {
  assert.equal((await server.inspect("manifest")).egress, "example.com:443");
  for (const address of [WORLD.server, WORLD.other]) await listenOn443(address);
  // There are no certificates for the pretend internet.
  const [listed, unlisted] = ["example.com", WORLD.other].map((host) => `http://${host}:443/`);
  await setVariable(server, "manifest", `UPSTREAM=${listed}\n`);
  await eventually("the upstream in the list answers", async () => {
    return await text(base) === `${listed} answers 200\n`;
  }, { now: server.output });
  // A function with full egress can reach it.
  assert.match(await text(unlisted!), / sees /);
  await setVariable(server, "manifest", `UPSTREAM=${unlisted}\n`);
  const refused = await fetch(base);
  assert.deepEqual([refused.status, await refused.text()], [502, `Cannot reach ${unlisted}\n`]);
  await server.said("Connection refused");
}

async function verifies(base: string, server: Server): Promise<void> {
  const secret = "a secret of two sides";
  const body = "Hello";
  const sign = (key: string): string => createHmac("sha256", key).update(body).digest("hex");
  const post = (signature: string): Promise<number> =>
    status(base, { method: "POST", body, headers: { "x-signature": signature } });
  // Without a configured secret, a signature with an empty one must not be valid.
  assert.equal(await post(sign("")), 503);
  await setVariable(server, "webhook", `WEBHOOK_SECRET=${secret}\n`);
  const good = sign(secret);
  assert.equal(await post(good), 200);
  for (const wrong of ["", sign("another"), good.slice(1), `${good}00`, `${good.slice(0, -1)}x`]) {
    assert.equal(await post(wrong), 401, wrong);
  }
  assert.equal(await status(base, { method: "POST", body }), 401);
  assert.equal(await status(base), 405);
}

/** Sets variables of a function. Resolves once the function is reloaded with them. */
async function setVariable(server: Server, name: string, lines: string): Promise<void> {
  const file = join(server.directory, "variables.env");
  await Deno.writeTextFile(file, lines);
  const { code, stderr } = await server.cli("env", "import", name, file);
  assert.equal(code, 0, stderr);
}

async function resolveTo(address: string, name: string): Promise<void> {
  const body = JSON.stringify({ [name]: address });
  assert.equal(await status(`http://${WORLD.server}/names`, { method: "POST", body }), 200);
}

async function listenOn443(address: string): Promise<void> {
  assert.equal(await status(`http://${address}/listen`, { method: "POST", body: "[443]" }), 200);
}

async function text(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

async function status(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
}
