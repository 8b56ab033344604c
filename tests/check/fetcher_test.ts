// The fetcher as a plain process, and a server on the loopback behind it. Its sandbox, and the
// addresses that it must not reach, are tested where there are namespaces.
import assert from "node:assert/strict";
import { join } from "node:path";
import { createFetcher, FETCH_SOCKET, FETCHER_FILE } from "../../lib/check/fetcher.ts";
import type { Launch } from "../../lib/sandbox/sandbox.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const BIG = 64 * 1024;

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

function open(place: TemporaryDirectory): ReturnType<typeof createFetcher> {
  const directory = place.at("fetch");
  return createFetcher({
    directory,
    launch: plain([
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-config", "--allow-net"],
      ...[`--allow-read=${directory}`, `--allow-write=${directory}`, FETCHER_FILE, directory],
    ]),
    env: { HOME: "/nonexistent", DENO_DIR: place.at("deno") },
  });
}

/** A command with nothing around it. */
function plain(command: readonly string[]): Launch {
  return { command, input: "" };
}

/** A client that asks as a check's Deno does. */
function clientOf(directory: string): Deno.HttpClient {
  const path = join(directory, FETCH_SOCKET);
  return Deno.createHttpClient({ proxy: { transport: "unix", path } });
}

/** One request, written by hand: no client of ours would send some of them. */
async function raw(directory: string, text: string): Promise<string> {
  using connection = await Deno.connect({ transport: "unix", path: join(directory, FETCH_SOCKET) });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

Deno.test("Fetcher.open() passes requests to allowed hosts, and refuses all others by name", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  await using fetching = await fetcher.open([origin.host, "allowed.test:443"]);
  const ask = (target: string, method = "GET", fields = ""): Promise<string> =>
    raw(
      fetching.directory,
      `${method} ${target} HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n${fields}\r\n`,
    );
  assert.match(await ask(`http://${origin.host}/a`), /^HTTP\/1\.1 200 [^]*GET /);
  assert.match(await ask(`http://${origin.host}/gone`), /^HTTP\/1\.1 404 [^]*x-why: gone/i);
  // A redirect is the client's to follow: its target is another request, and looked at like one.
  assert.match(await ask(`http://${origin.host}/moved`), /302 [^]*location: http:\/\/other\.test/i);
  assert.match(await ask(`http://${origin.host}/same`), /^HTTP\/1\.1 304 /);
  const big = await ask(`http://${origin.host}/big`);
  assert.equal(big.split("\r\n\r\n")[1]!.includes("x".repeat(1_000)), true);
  assert.match(big, /etag: "1"/i);
  assert.doesNotMatch(big, /set-cookie/i);
  // Credentials go to the host that they are meant for; cookies and the like go nowhere.
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
    assert.match(await ask(`http://${host}/a`), / 403 [^]*is not among the hosts/, host);
  }
  // The target counts and not the Host field, which a client may choose.
  assert.match(
    await raw(
      fetching.directory,
      `GET http://evil.test/ HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`,
    ),
    / 4\d\d /,
  );
  assert.equal(origin.seen.length, before);
  const refused = await fetching.close();
  assert.ok(refused.includes("evil.test:80"), String(refused));
});

Deno.test("Fetcher.open() gives each check hosts and a socket of its own", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  await using one = await fetcher.open([origin.host]);
  await using other = await fetcher.open(["elsewhere.test"]);
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

Deno.test("Fetcher.open() says why when its process can't be started", async () => {
  await using place = await temporaryDirectory();
  await using fetcher = createFetcher({
    directory: place.at("fetch"),
    launch: plain(["sh", "-c", "echo 'no such sandbox' >&2; exit 3"]),
    env: { PATH: "/usr/bin:/bin" },
  });
  await assert.rejects(
    fetcher.open([]),
    /fetches modules for checks ended \(exit code 3\): no such sandbox/,
  );
});

Deno.test("Fetcher.open() starts another process where the one before has been killed", async () => {
  await using place = await temporaryDirectory();
  await using origin = serveOrigin();
  await using fetcher = open(place);
  const first = await fetcher.open([origin.host]);
  const pid = await findProcess(place.at("fetch"));
  Deno.kill(pid, "SIGKILL");
  await first.close();
  await using second = await fetcher.open([origin.host]);
  using client = clientOf(second.directory);
  assert.equal((await fetch(`http://${origin.host}/a`, { client })).status, 200);
  assert.notEqual(await findProcess(place.at("fetch")), pid);
});

/** The process that has a path among its arguments. */
async function findProcess(path: string): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    const text = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (text.split("\0").includes(path)) return Number(name);
  }
  throw new Error(`No process has the argument "${path}"`);
}
