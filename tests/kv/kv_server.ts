// A small server of KV Connect in memory, for tests. As a program it takes an address, a port and an
// access token, and serves until its standard input ends; as a module it starts that program.
import { decodeMessage, encodeMessage, type ProtobufField } from "../../lib/kv/protobuf.ts";

interface Stored {
  readonly value: Uint8Array;
  readonly encoding: number;
  readonly version: Uint8Array;
}

/** A server's answers. Each path but `/` and `/data` is a database of its own. */
export function createKvHandler(accessToken: string): (request: Request) => Promise<Response> {
  const databases = new Map<string, Map<string, Stored>>();
  let commits = 0;

  function read(data: ReadonlyMap<string, Stored>, message: Uint8Array): Uint8Array<ArrayBuffer> {
    const ranges = allOf(decodeMessage(message), 1).map((range) => {
      const fields = decodeMessage(range);
      const [start, end] = [hexOf(fields, 1), hexOf(fields, 2)];
      const found = [...data].filter(([key]) => key >= start && key < end).sort(([a], [b]) =>
        a < b ? -1 : 1
      );
      if (numberOf(fields, 4) === 1) found.reverse();
      const entries = found.slice(0, numberOf(fields, 3)).map(([key, stored]) =>
        encodeMessage([[1, Uint8Array.fromHex(key)], [2, stored.value], [3, stored.encoding], [
          4,
          stored.version,
        ]])
      );
      return encodeMessage(entries.map((entry): ProtobufField => [1, entry]));
    });
    return encodeMessage([
      ...ranges.map((range): ProtobufField => [1, range]),
      [4, 1],
      [8, 1],
    ]);
  }

  function write(data: Map<string, Stored>, message: Uint8Array): Uint8Array<ArrayBuffer> {
    const fields = decodeMessage(message);
    const isChanged = allOf(fields, 1).map(decodeMessage).some((check) =>
      (data.get(hexOf(check, 1))?.version.toHex() ?? "") !== hexOf(check, 2)
    );
    if (isChanged) return encodeMessage([[1, 2]]);
    const version = new Uint8Array(10);
    new DataView(version.buffer).setUint32(4, ++commits);
    for (const mutation of allOf(fields, 2).map(decodeMessage)) {
      const key = hexOf(mutation, 1);
      const value = decodeMessage(allOf(mutation, 2)[0] ?? new Uint8Array());
      const type = numberOf(mutation, 3);
      if (type === 1) {
        data.set(key, {
          value: allOf(value, 1)[0] ?? new Uint8Array(),
          encoding: numberOf(value, 2),
          version,
        });
      } else if (type === 2) data.delete(key);
      else throw new TypeError(`Mutation ${type} is not implemented`);
    }
    return encodeMessage([[1, 1], [2, version]]);
  }

  return async (request) => {
    const path = new URL(request.url).pathname;
    const [, place, operation] = /^(.*)\/data\/(\w+)$/.exec(path) ?? [];
    const name = place ?? path.replace(/\/$/, "");
    const token = request.headers.get("authorization");
    if (operation === undefined) {
      if (token !== `Bearer ${accessToken}`) return new Response("Wrong token", { status: 401 });
      return Response.json({
        version: 3,
        databaseId: "00000000-0000-0000-0000-000000000000",
        endpoints: [{ url: `${name}/data`, consistency: "strong" }],
        token: `data-of-${name}`,
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      });
    }
    if (token !== `Bearer data-of-${name}`) return new Response("Wrong token", { status: 401 });
    const data = databases.get(name) ?? new Map();
    databases.set(name, data);
    const message = new Uint8Array(await request.arrayBuffer());
    const body = operation === "snapshot_read" ? read(data, message) : write(data, message);
    return new Response(body, { headers: { "content-type": "application/x-protobuf" } });
  };
}

/** Starts a server on an address of the pretend internet. Disposing of it stops it. */
export async function startKvServer(
  hostname: string,
  { port, accessToken }: { readonly port: number; readonly accessToken: string },
): Promise<AsyncDisposable> {
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", "world", Deno.execPath(), "run", "--quiet", "--no-check"]
      .concat("--allow-net", new URL(import.meta.url).pathname, hostname, `${port}`, accessToken),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  if (done) throw new Error("The KV server ended before it listened");
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.stdin.abort();
      await child.status;
    },
  };
}

function allOf(fields: readonly ProtobufField[], number: number): Uint8Array[] {
  return fields.flatMap(([key, value]) => key === number && typeof value === "object" ? value : []);
}

function hexOf(fields: readonly ProtobufField[], number: number): string {
  return (allOf(fields, number)[0] ?? new Uint8Array()).toHex();
}

function numberOf(fields: readonly ProtobufField[], number: number): number {
  const value = fields.find(([key]) => key === number)?.[1];
  return typeof value === "number" ? value : 0;
}

if (import.meta.main) {
  const [hostname = "", port, accessToken = ""] = Deno.args;
  Deno.serve({
    hostname,
    port: Number(port),
    onListen: () => Deno.stdout.writeSync(new TextEncoder().encode("listening\n")),
  }, createKvHandler(accessToken));
}
