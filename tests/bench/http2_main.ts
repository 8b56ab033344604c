// Tests if node:http2 of this Deno could serve clients for the proxy. docs/decisions/http2.md lists
// the required answers. It prints figures and asserts nothing.
import { Buffer } from "node:buffer";
import {
  encodeFrame,
  encodeNumbers,
  Flag,
  FrameType,
  PREFACE,
} from "../../lib/proxy/http2/frames.ts";
import { sleep } from "../../lib/system/sleep.ts";
import { blockOf, connectHttp2, getOf, headersOf } from "../proxy/http2/raw_client.ts";

const SERVER = new URL("./http2/node_server.ts", import.meta.url).pathname;
const ATTACK_MS = 3_000;
/** A server that takes more is stopped. */
const MAX_MEGABYTES = 1_500;
const LOAD_ROUNDS = 6;

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly megabytes: () => number;
  /** Resolves when it has ended. */
  readonly status: Promise<Deno.CommandStatus>;
}

await measure("A client that reads nothing of a large answer", async (port) => {
  const client = await connectHttp2(port);
  const window = encodeNumbers(2 ** 31 - 1 - 65_535);
  await client.write(
    PREFACE,
    encodeFrame(FrameType.Settings, new Uint8Array([0, 4, 0x7f, 0xff, 0xff, 0xff])),
    encodeFrame(FrameType.WindowUpdate, window),
    headersOf(1, getOf("/big")),
  );
});
await measure(
  "A client with a header bomb, for a list limit of 16 KiB",
  async (port, signal) => {
    const client = await connectHttp2(port);
    await client.greet();
    // One entry of the table, almost as large as the table, and thousands of references of one byte.
    const entry = blockOf([["a", "b".repeat(3_900)]]);
    entry[0] = 0x40;
    const references = new Uint8Array(12_000).fill(0x80 | 62);
    for (let stream = 1; !signal.aborted; stream += 2) {
      const parts = stream === 1 ? [entry, references] : [references];
      const block = Buffer.concat([blockOf(getOf("/")), ...parts]);
      const flags = Flag.EndHeaders | Flag.EndStream;
      await client.write(encodeFrame(FrameType.Headers, block, { stream, flags }));
    }
  },
);
await load();
Deno.exit();

async function measure(
  what: string,
  attack: (port: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await using server = await openServer();
  const before = server.megabytes();
  const over = AbortSignal.timeout(ATTACK_MS);
  attack(server.port, over).catch(() => {});
  let after = before;
  while (!over.aborted && after < MAX_MEGABYTES) {
    after = Math.max(after, server.megabytes());
    await sleep(50);
  }
  say(`${what}: the server grew from ${before} to ${after} MB`);
}

/** Loads the server as usual clients do; it must survive that. */
async function load(): Promise<void> {
  await using server = await openServer();
  let ended: Deno.CommandStatus | undefined;
  void server.status.then((status) => ended = status);
  let rounds = 0;
  for (; rounds < LOAD_ROUNDS && ended === undefined; rounds++) {
    const args = ["-n", "2000", "-c", "4", "-m", "32", `https://127.0.0.1:${server.port}/`];
    try {
      await new Deno.Command("h2load", { args, stdout: "null", stderr: "null" }).output();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return say("To test ordinary load, install h2load: apt-get install nghttp2-client");
    }
    await sleep(200);
  }
  const fate = ended === undefined ? "is alive" : `ended by ${ended.signal ?? ended.code}`;
  say(`After ${rounds} rounds of 2,000 requests on 4 connections, the server ${fate}`);
}

async function openServer(): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", SERVER],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return {
    port: Number(new TextDecoder().decode(value).trim()),
    status: child.status,
    megabytes() {
      try {
        const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
        return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
      } catch {
        return 0;
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
      await child.stdout.cancel();
    },
  };
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
