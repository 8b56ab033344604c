// The fetcher as a plain process, and a server on the loopback behind it. Its sandbox, and the
// addresses that it must not reach, are tested where there are namespaces.
import assert from "node:assert/strict";
import { join } from "node:path";
import { createFetcher, FETCH_SOCKET, FETCHER_FILE } from "../../lib/check/fetcher.ts";
import type { Launch } from "../../lib/sandbox/sandbox.ts";
import { longEnoughMs } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const BIG = 64 * 1024;

const NEVER = new AbortController().signal;

interface Origin extends AsyncDisposable {
  readonly host: string;
  readonly seen: Request[];
}

function serveOrigin(): Origin {
  const seen: Request[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    seen.push(request);
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/moved":
        return Response.redirect("http://other.test/elsewhere", 302);
      case "/gone":
        return new Response("gone", { status: 404, headers: { "x-why": "gone" } });
      case "/big":
        return new Response("x".repeat(BIG), { headers: { "set-cookie": "a=b", etag: '"1"' } });
      case "/busy":
        return new Response("busy", { status: 503 });
      case "/limited":
        return new Response("later", { status: 429 });
      case "/once-busy": {
        const isFirst = seen.filter(({ url }) => url === request.url).length === 1;
        return new Response("", { status: isFirst ? 503 : 200 });
      }
      case "/same":
        return new Response(null, { status: 304 });
      default:
        return new Response(`${request.method} ${request.headers.get("authorization") ?? ""}`);
    }
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function open(
  place: TemporaryDirectory,
  { silenceMs, ...options }: { readonly answerMs?: number; readonly silenceMs?: number } = {},
): ReturnType<typeof createFetcher> {
  const directory = place.at("fetch");
  return createFetcher({
    ...options,
    directory,
    launch: plain([
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-config", "--allow-net"],
      ...[
        `--allow-read=${directory}`,
        `--allow-write=${directory}`,
        FETCHER_FILE,
        directory,
        "ipv4",
      ],
      ...silenceMs === undefined ? [] : [String(silenceMs)],
    ]),
    env: { HOME: "/nonexistent", DENO_DIR: place.at("deno") },
  });
}

/** A command without a sandbox. */
function plain(command: readonly string[]): Launch {
  return { command, input: "" };
}

/** A client that sends requests like a check's Deno. */
function clientOf(directory: string): Deno.HttpClient {
  const path = join(directory, FETCH_SOCKET);
  return Deno.createHttpClient({ proxy: { transport: "unix", path } });
}

/** Sends one raw request: HTTP clients refuse to send some of them. */
async function raw(directory: string, text: string): Promise<string> {
  using connection = await Deno.connect({ transport: "unix", path: join(directory, FETCH_SOCKET) });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

Deno.test("Fetcher.open() forwards requests to allowed hosts, and refuses all others", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  await using fetching = await fetcher.open([origin.host, "allowed.test:443"], NEVER);
  const ask = (target: string, method = "GET", fields = ""): Promise<string> =>
    raw(
      fetching.directory,
      `${method} ${target} HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n${fields}\r\n`,
    );
  assert.match(await ask(`http://${origin.host}/a`), /^HTTP\/1\.1 200 [^]*GET /);
  assert.match(await ask(`http://${origin.host}/gone`), /^HTTP\/1\.1 404 [^]*x-why: gone/i);
  // The client follows redirects: the target is another request with its own check.
  assert.match(await ask(`http://${origin.host}/moved`), /302 [^]*location: http:\/\/other\.test/i);
  assert.match(await ask(`http://${origin.host}/same`), /^HTTP\/1\.1 304 /);
  const big = await ask(`http://${origin.host}/big`);
  assert.equal(big.split("\r\n\r\n")[1]!.includes("x".repeat(1_000)), true);
  assert.match(big, /etag: "1"/i);
  assert.doesNotMatch(big, /set-cookie/i);
  // Credentials reach only their host; cookies and similar headers reach none.
  await ask(`http://${origin.host}/auth`, "GET", "Authorization: Bearer t\r\nCookie: c=d\r\n");
  const { headers } = origin.seen.at(-1)!;
  assert.deepEqual([headers.get("authorization"), headers.get("cookie")], ["Bearer t", null]);
  const before = origin.seen.length;
  for (const method of ["POST", "PUT", "DELETE"]) {
    assert.match(await ask(`http://${origin.host}/a`, method, "Content-Length: 0\r\n"), / 405 /);
  }
  const port = Number(origin.host.split(":")[1]);
  for (
    const host of ["evil.test", `127.0.0.1:${port + 1}`, `localhost:${port}`, "allowed.test.evil"]
  ) {
    assert.match(await ask(`http://${host}/a`), / 403 [^]*A check may not fetch from /, host);
  }
  // Only the target counts, not the Host header, which a client may choose.
  assert.match(
    await raw(
      fetching.directory,
      `GET http://evil.test/ HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`,
    ),
    / 4\d\d /,
  );
  assert.equal(origin.seen.length, before);
  const { refused, failed } = await fetching.close();
  assert.deepEqual(failed, []);
  assert.ok(refused.includes("evil.test:80"), String(refused));
});

Deno.test("Fetcher.open() gives each check its own hosts and socket", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  await using one = await fetcher.open([origin.host], NEVER);
  await using other = await fetcher.open(["elsewhere.test"], NEVER);
  const ask = async (directory: string): Promise<number> => {
    using client = clientOf(directory);
    const response = await fetch(`http://${origin.host}/a`, { client });
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual([await ask(one.directory), await ask(other.directory)], [200, 403]);
  const { directory } = one;
  await one.close();
  await assert.rejects(Deno.lstat(directory), Deno.errors.NotFound);
  assert.equal(await ask(other.directory), 403);
});

Deno.test("Fetcher.open() gives the reason when its process can't start", async () => {
  await using place = await temporaryDirectory();
  await using fetcher = createFetcher({
    directory: place.at("fetch"),
    launch: plain(["sh", "-c", "echo 'no such sandbox' >&2; exit 3"]),
    env: { PATH: "/usr/bin:/bin" },
  });
  await assert.rejects(
    fetcher.open([], NEVER),
    /fetches modules for checks exited with 3: no such sandbox/,
  );
});

Deno.test("Fetcher.open() starts another process after one was killed", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  const first = await fetcher.open([origin.host], NEVER);
  const pid = await findProcess(place.at("fetch"));
  Deno.kill(pid, "SIGKILL");
  // The source is not the cause of this failure.
  await assert.rejects(first.close(), /process that fetches modules for checks/);
  await using second = await fetcher.open([origin.host], NEVER);
  using client = clientOf(second.directory);
  assert.equal((await fetch(`http://${origin.host}/a`, { client })).status, 200);
  assert.notEqual(await findProcess(place.at("fetch")), pid);
});

Deno.test("FetchPlace.close() returns only failures that a retry may fix", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const nobody = `127.0.0.1:${(closed.addr as Deno.NetAddr).port}`;
  closed.close();
  await using fetching = await fetcher.open([origin.host, nobody, "no-such-host.invalid"], NEVER);
  using client = clientOf(fetching.directory);
  const ask = async (url: string): Promise<number> => {
    const response = await fetch(url, { client });
    await response.text();
    return response.status;
  };
  const good = ["a", "gone", "same"];
  for (const path of good) await ask(`http://${origin.host}/${path}`);
  assert.equal(await ask(`http://${origin.host}/once-busy`), 503);
  assert.equal(await ask(`http://${origin.host}/once-busy`), 200);
  await ask("http://refused.test/");
  assert.equal(await ask(`http://${origin.host}/busy`), 503);
  assert.equal(await ask(`http://${origin.host}/limited`), 429);
  assert.equal(await ask(`http://${nobody}/`), 502);
  const { failed, refused } = await fetching.close();
  assert.deepEqual(refused, ["refused.test:80"]);
  assert.deepEqual(failed.slice(0, 2), [
    `${origin.host}: it answered 503`,
    `${origin.host}: it answered 429`,
  ]);
  assert.match(failed[2]!, new RegExp(`^${nobody}: .*refused`));
  assert.equal(failed.length, 3);
});

Deno.test("Fetcher.open() and close() wait neither for a slow host nor for its client", async () => {
  await using place = await temporaryDirectory();
  using slow = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${slow.addr.port}`;
  await using fetcher = open(place);
  for (const answer of ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]) {
    await using one = await fetcher.open([host], NEVER);
    using client = await Deno.connect({
      transport: "unix",
      path: join(one.directory, FETCH_SOCKET),
    });
    await client.write(text(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    using asked = await slow.accept();
    await asked.read(new Uint8Array(1_024));
    await asked.write(text(answer));
    if (answer !== "") await client.read(new Uint8Array(1));
    // The client stays connected, and the host never continues.
    const [, other] = await Promise.all([one.close(), fetcher.open([host], NEVER)]);
    await other.close();
    // Nothing of it continues.
    assert.equal(await asked.read(new Uint8Array(1)), null);
  }
});

Deno.test("Fetcher.open() answers 504 for a host that times out, and does not try it again", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place, { silenceMs: 500 });
  const begun = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx";
  for (const answer of ["", begun]) {
    await using quiet = serveQuietly(answer);
    const { host } = quiet;
    await using one = await fetcher.open([host, origin.host], NEVER);
    const ask = (to: string): Promise<string> =>
      raw(one.directory, `GET http://${to}/ HTTP/1.1\r\nHost: ${to}\r\nConnection: close\r\n\r\n`)
        .catch(() => "cut");
    // A response that has started can't be changed, only cut.
    assert.match(await ask(host), answer === "" ? / 504 / : / 504 |^HTTP\/1\.1 200 |^cut/);
    const connections = quiet.connections();
    assert.match(await ask(host), new RegExp(` 504 [^]*${host} sent nothing for 0\\.5 s`));
    assert.equal(quiet.connections(), connections);
    assert.match(await ask(origin.host), / 200 /);
    assert.deepEqual(await one.close(), {
      refused: [],
      failed: [`${host}: sent nothing for 0.5 s`],
    });
  }
});

/** A host that accepts a request on each connection, sends a text, and then nothing. */
function serveQuietly(
  answer: string,
): AsyncDisposable & { readonly host: string; readonly connections: () => number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      await connection.read(new Uint8Array(1_024));
      await connection.write(text(answer)).catch(() => {});
    }
  })();
  return {
    host: `127.0.0.1:${listener.addr.port}`,
    connections: () => open.length,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const connection of open) connection.close();
    },
  };
}

Deno.test("Fetcher.open() does not count a check that does not read as a host's timeout", async () => {
  await using place = await temporaryDirectory();
  const large = new Uint8Array(8 * 1024 ** 2);
  await using origin = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(large),
  );
  const host = `127.0.0.1:${origin.addr.port}`;
  await using fetcher = open(place, { silenceMs: 2_000 });
  await using one = await fetcher.open([host], NEVER);
  using client = await Deno.connect({ transport: "unix", path: join(one.directory, FETCH_SOCKET) });
  await client.write(
    text(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
  );
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  let bytes = 0;
  for await (const chunk of client.readable) bytes += chunk.length;
  assert.ok(bytes > large.length, `${bytes} bytes`);
  assert.deepEqual((await one.close()).failed, []);
});

Deno.test("Fetcher.open() survives any response of a host", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  using odd = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${odd.addr.port}`;
  await using fetcher = open(place);
  await using one = await fetcher.open([host], NEVER);
  await using other = await fetcher.open([origin.host], NEVER);
  using client = clientOf(other.directory);
  const gzip = "Content-Encoding: gzip\r\n";
  const answers: readonly (readonly [answer: string, expected: RegExp])[] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", /^HTTP\/1\.1 200 /],
    ["", / 502 /],
    ["nonsense\r\n\r\n", / 502 /],
    ["HTTP/1.1 999 Odd\r\nContent-Length: 1\r\n\r\nx", / 502 /],
    ["HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx", /^HTTP/],
    [`HTTP/1.1 200 OK\r\n${gzip}Content-Length: 9\r\n\r\nnot gzip!`, /^HTTP/],
    ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", /^HTTP\/1\.1 200 /],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", /^HTTP/],
    [`HTTP/1.1 200 OK\r\nX: ${"x".repeat(1024 ** 2)}\r\n\r\n`, /^HTTP/],
    ["HTTP/1.1 302 Found\r\nLocation: \u0001\r\nContent-Length: 0\r\n\r\n", /^HTTP/],
  ];
  for (const [answer, expected] of answers) {
    const asking = raw(
      one.directory,
      `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    ).catch(() => "HTTP cut");
    {
      using asked = await odd.accept();
      await asked.read(new Uint8Array(1_024));
      await new Blob([answer]).stream().pipeTo(asked.writable).catch(() => {});
    }
    assert.match(await asking, expected, JSON.stringify(answer.slice(0, 40)));
    assert.equal((await fetch(`http://${origin.host}/a`, { client })).status, 200);
  }
});

Deno.test("Fetcher.open() refuses a target of another scheme", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  await using fetching = await fetcher.open([origin.host, "127.0.0.1"], NEVER);
  const ask = (target: string): Promise<string> =>
    raw(
      fetching.directory,
      `GET ${target} HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`,
    );
  assert.match(await ask(`http://user:pass@${origin.host}/a`), / 200 |^HTTP\/1\.1 400 /);
  assert.match(await ask(`http://${origin.host}/a`), / 200 /);
  const before = origin.seen.length;
  for (const scheme of ["file", "ftp", "ws", "data", "blob", "npm"]) {
    const targets = [`${scheme}://${origin.host}/etc/passwd`, `${scheme}://127.0.0.1/etc/passwd`];
    for (const target of targets) {
      assert.match(await ask(target), /^HTTP\/1\.1 (?:400|403|500) /, target);
    }
  }
  assert.equal(origin.seen.length, before);
});

Deno.test("Fetcher.open() replaces a process that does not answer", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place, { answerMs: longEnoughMs(1) });
  const first = await fetcher.open([origin.host], NEVER);
  const pid = await findProcess(place.at("fetch"));
  Deno.kill(pid, "SIGSTOP");
  const giveUp = AbortSignal.timeout(100);
  const [given, waited] = await Promise.allSettled([
    fetcher.open([origin.host], giveUp),
    fetcher.open([origin.host], NEVER),
  ]);
  assert.equal((given as PromiseRejectedResult).reason, giveUp.reason);
  assert.match(String((waited as PromiseRejectedResult).reason), /does not answer/);
  await assert.rejects(first.close());
  await using second = await fetcher.open([origin.host], NEVER);
  using client = clientOf(second.directory);
  assert.equal((await fetch(`http://${origin.host}/a`, { client })).status, 200);
});

Deno.test("Fetcher.open() starts nothing after disposal", async () => {
  await using place = await temporaryDirectory();
  const fetcher = open(place);
  await using fetching = await fetcher.open([], NEVER);
  await fetcher[Symbol.asyncDispose]();
  await assert.rejects(fetcher.open([], NEVER), /Cannot fetch modules: ddsrv is stopping/);
  await assert.rejects(findProcess(place.at("fetch")));
  assert.equal(await fetching.close().catch(() => "ended"), "ended");
});

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

/** Returns the process with a path among its arguments. */
async function findProcess(path: string): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    const text = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (text.split("\0").includes(path)) return Number(name);
  }
  throw new Error(`No process has the argument "${path}"`);
}

Deno.test("Fetcher.start() starts the process, and disposal stops it unused", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await Deno.mkdir(place.at("fetch"));
  let pid: number;
  {
    await using fetcher = open(place);
    fetcher.start();
    pid = await findProcess(place.at("fetch"));
    await using fetching = await fetcher.open([origin.host], new AbortController().signal);
    assert.equal(await findProcess(place.at("fetch")), pid);
    using client = clientOf(fetching.directory);
    assert.equal(await (await fetch(`http://${origin.host}/a`, { client })).text(), "GET ");
  }
  await assert.rejects(findProcess(place.at("fetch")));
  const idle = open(place);
  idle.start();
  await findProcess(place.at("fetch"));
  await idle[Symbol.asyncDispose]();
  await assert.rejects(findProcess(place.at("fetch")));
});
