import assert from "node:assert/strict";
import {
  answering,
  count,
  eventually,
  pause,
  type Server,
  startServer,
} from "./support/harness.ts";

/** Long enough for a healthy function on a busy machine to accept a connection. */
const HANG_TIMEOUT_MS = 5_000;

/** Longer than the time after which ddsrv replaces a function that hangs. */
const SLOW_MS = 2.2 * HANG_TIMEOUT_MS;

/** Limits the CPU use of a busy loop, which still hangs. */
const LITTLE_CPU = '{ "cpu": 0.2 }';

/** Returns a function that hangs on `/hang`, and returns its process id on other paths. */
function hanging(hang: string): string {
  return `console.log("up");
    Deno.serve(async (request) => {
      if (new URL(request.url).pathname === "/hang") { ${hang} }
      await null;
      return new Response("well");
    });\n`;
}

const kinds: readonly (readonly [name: string, hang: string])[] = [
  ["spins", "for (;;);"],
  ["ticks", "const turn = async () => { for (;;) await null; }; await turn();"],
  ["blocks", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);"],
];

Deno.test("a function with a blocked event loop is reported as hung and replaced; others are not affected", async () => {
  await using server = await startServer({
    env: { DDSRV_HANG_TIMEOUT: "2s" },
    files: {
      "ddsrv.json": LITTLE_CPU,
      ...Object.fromEntries(kinds.map(([name, hang]) => [`${name}/index.ts`, hanging(hang)])),
      "other/index.ts": answering("other"),
    },
  });
  await server.answers("/other", "other");
  const other = await server.inspect("other");
  for (const [name] of kinds) {
    await server.answers(`/${name}`, "well");
    const before = await server.inspect(name);
    const held = fetch(`${server.url}/${name}/hang`);
    await server.said(`${name} hangs: The event loop was blocked for 2s while requests waited`);
    // Requests in the meantime wait for the new instance.
    await server.answers(`/${name}`, "well");
    const { status } = await held;
    assert.equal(status, 502, name);
    const after = await server.inspect(name);
    assert.deepEqual([after.status, after.restarts, after.reason], ["ready", 1, null], name);
    assert.equal(after.revision, before.revision);
    assert.notEqual(after.pid, before.pid);
    const { stdout: log } = await server.cli("logs", name);
    assert.match(log, /ddsrv: revision \w+ \(pid \d+\) hangs: The event loop was blocked for 2s/);
    await eventually("the old one is gone", async () => (await isGone(before.pid!)));
  }
  const { pid, restarts } = await server.inspect("other");
  assert.deepEqual([pid, restarts], [other.pid, 0]);
});

/** Functions that answer later than the time after which ddsrv replaces one that hangs. */
const SLOW = `
  const TIME_MS = ${SLOW_MS};
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const worker = () => {
    const code = "const end = Date.now() + " + TIME_MS + "; while (Date.now() < end); postMessage(1);";
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    return new Promise((resolve) => new Worker(url, { type: "module" }).onmessage = resolve);
  };
  const yielding = async () => {
    for (const end = Date.now() + TIME_MS; Date.now() < end;) {
      for (const turn = Date.now() + 50; Date.now() < turn;);
      await sleep(0);
    }
  };
  const stream = (pieceMs) => new ReadableStream({
    async start(controller) {
      for (let piece = 0; piece < 3; piece++) {
        await sleep(pieceMs);
        controller.enqueue(new TextEncoder().encode("data: x\\n\\n"));
      }
      controller.close();
    },
  });
  Deno.serve(async (request) => {
    switch (new URL(request.url).pathname) {
      case "/poll": await sleep(TIME_MS); break;
      case "/worker": await worker(); break;
      case "/yielding": await yielding(); break;
      case "/sse": return new Response(stream(TIME_MS / 3));
      case "/download": return new Response(new Uint8Array(4 * 1024 * 1024));
      case "/block": Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700); break;
      case "/upload": {
        const reader = request.body.getReader();
        for (const end = Date.now() + TIME_MS; Date.now() < end;) {
          await reader.read();
          await sleep(500);
        }
        for (;;) if ((await reader.read()).done) break;
        break;
      }
    }
    return new Response("done");
  });
`;

const slow: readonly (readonly [name: string, ask: (url: string) => Promise<string>])[] = [
  ["poll", (url) => text(`${url}/poll`)],
  ["worker", (url) => text(`${url}/worker`)],
  ["yielding", (url) => text(`${url}/yielding`)],
  ["sse", (url) => text(`${url}/sse`)],
  ["download", (url) => downloadSlowly(`${url}/download`)],
  ["upload", (url) => text(`${url}/upload`, new Uint8Array(8 * 1024 * 1024))],
  // Several blocks in a row, each shorter than the hang timeout.
  ["block", async (url) => {
    let last = "";
    for (let turn = 0; turn < 10; turn++) last = await text(`${url}/block`);
    return last;
  }],
  ["sequential", (url) => text(url)],
  ["never", (url) => text(`${url}/block`)],
];

Deno.test("a slow function is never reported as hung", async () => {
  await using server = await startServer({
    env: { DDSRV_HANG_TIMEOUT: `${HANG_TIMEOUT_MS}ms` },
    files: {
      "ddsrv.json": LITTLE_CPU,
      ...Object.fromEntries(slow.map(([name]) => [`${name}/index.ts`, SLOW])),
      // Accepts a client after the previous one is served; its event loop stays responsive.
      "sequential/index.ts": `
        for await (const connection of Deno.listen({ port: 8000 })) {
          try {
            await connection.read(new Uint8Array(1_024));
            await new Promise((resolve) => setTimeout(resolve, ${SLOW_MS}));
            const answer = "HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\nConnection: close\\r\\n\\r\\ndone";
            await connection.write(new TextEncoder().encode(answer));
          } finally {
            connection.close();
          }
        }\n`,
      // A function's own timeout takes precedence over the operator's.
      "never/index.ts": `Deno.serve(() => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${SLOW_MS});
        return new Response("done");
      });\n`,
      "never/ddsrv.json": '{ "hangTimeout": "never" }',
    },
  });
  await Promise.all(slow.map(([name]) => server.said(`${name} ready`)));
  const before = await pidsOf(server);
  const answers = await Promise.all(
    slow.map(async ([name, ask]) => [name, await ask(`${server.url}/${name}`)]),
  );
  const expected: Record<string, string> = {
    sse: "data: x\n\n".repeat(3),
    download: String(4 * 1024 * 1024),
  };
  assert.deepEqual(answers, slow.map(([name]) => [name, expected[name] ?? "done"]));
  assert.equal(count(server.output(), " hangs"), 0, server.output());
  assert.deepEqual(await pidsOf(server), before);
});

Deno.test("a function that hangs again restarts with a growing backoff and says why", async () => {
  await using server = await startServer({
    env: { DDSRV_HANG_TIMEOUT: "1s" },
    files: { "app/index.ts": hanging("for (;;);") },
  });
  await server.answers("/app", "well");
  for (let turn = 1; turn <= 3; turn++) {
    const from = server.output().length;
    const held = fetch(`${server.url}/app/hang`).then((response) => response.body?.cancel());
    await server.said("app hangs", from);
    await server.said("app ready", from);
    await held;
    await server.answers("/app", "well");
    assert.equal((await server.inspect("app")).restarts, turn);
  }
  assert.equal(count(server.output(), "app retries in"), 2);
});

Deno.test("a hung function that can't be replaced is shown as hung, with both reasons", async () => {
  await using server = await startServer({
    env: { DDSRV_HANG_TIMEOUT: "1s" },
    files: {
      "app/index.ts": `
        const first = await Deno.stat(Deno.env.get("DDSRV_DATA") + "/ran").catch(() => undefined);
        await Deno.writeTextFile(Deno.env.get("DDSRV_DATA") + "/ran", "");
        if (first !== undefined) Deno.exit(3);
        Deno.serve((request) => {
          if (new URL(request.url).pathname === "/hang") for (;;);
          return new Response("well");
        });\n`,
    },
  });
  await server.answers("/app", "well");
  const held = new AbortController();
  const asked = fetch(`${server.url}/app/hang`, { signal: held.signal }).catch(() => {});
  await server.said("app failed: Exited with code");
  const { status, reason, failedRevision } = await server.inspect("app");
  assert.equal(status, "hung");
  assert.match(reason!, /^The event loop was blocked .*\. Its replacement failed: Exited with/);
  assert.equal(failedRevision, null);
  const { stdout: list } = await server.cli("list");
  assert.match(list, /app +hung /);
  assert.match(list, /app: hung: The event loop was blocked for 1s/);
  await server.write({ "app/index.ts": answering("fixed") });
  await server.answers("/app", "fixed");
  held.abort();
  await asked;
});

async function text(url: string, body?: Uint8Array<ArrayBuffer>): Promise<string> {
  const request = body === undefined ? {} : { method: "POST", body };
  return await (await fetch(url, request)).text();
}

/** Reads a response more slowly than it is sent, and returns its length. */
async function downloadSlowly(url: string): Promise<string> {
  const { body } = await fetch(url);
  let length = 0;
  const endMs = performance.now() + SLOW_MS;
  for await (const piece of body!) {
    length += piece.length;
    if (performance.now() < endMs) await pause(300);
  }
  return String(length);
}

async function pidsOf(server: Server): Promise<(readonly [string, number | null])[]> {
  return await Promise.all(
    slow.map(async ([name]) => [name, (await server.inspect(name)).pid] as const),
  );
}

async function isGone(pid: number): Promise<boolean> {
  return await Deno.stat(`/proc/${pid}`).then(() => false, () => true);
}
