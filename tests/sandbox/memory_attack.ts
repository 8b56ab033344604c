// Takes memory of one kind until it has as much as it was asked for, and says how many bytes it got.
// Arguments: the kind, bytes.

const KINDS: Readonly<Record<string, (bytes: number) => Promise<number> | number>> = {
  arrays,
  tcp,
  udp,
  pipes,
  unix,
  memfd,
};

const CHUNK = new Uint8Array(60_000).fill(1);

/** Number of event loop turns without progress after which a socket is full. */
const STALL_TURNS = 20;

const kept: unknown[] = [];

function arrays(bytes: number): number {
  let held = 0;
  for (; held < bytes; held += 2 ** 20) kept.push(new Uint8Array(2 ** 20).fill(1));
  return held;
}

/** Connections to itself without a reader. */
async function tcp(bytes: number): Promise<number> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  (async () => {
    for await (const connection of listener) kept.push(connection);
  })();

  async function fillOne(): Promise<number> {
    const client = await Deno.connect({ hostname: "127.0.0.1", port });
    kept.push(client);
    for (let held = 0;;) {
      const written = client.write(CHUNK).catch(() => 0);
      const taken = await Promise.race([written, turns(STALL_TURNS)]);
      if (taken === undefined) return held;
      held += taken;
    }
  }

  let held = 0;
  for (let round = 0; round < 40 && held < bytes; round++) {
    const parts = await Promise.all(Array.from({ length: 50 }, fillOne));
    held += parts.reduce((sum, part) => sum + part);
  }
  return held;
}

/** Datagrams to itself without a reader; a default socket has space for two. */
async function udp(bytes: number): Promise<number> {
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  for (let sent = 0; sent < bytes; sent += 2 * CHUNK.length) {
    const receiver = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    kept.push(receiver);
    for (let count = 0; count < 2; count++) await sender.send(CHUNK, receiver.addr);
  }
  // proc_net_udp: the fifth column has the receive queue, after the colon.
  const [, ...rows] = (await Deno.readTextFile("/proc/self/net/udp")).trim().split("\n");
  return rows.reduce((sum, row) => sum + parseInt(row.trim().split(/[\s:]+/)[7]!, 16), 0);
}

function native() {
  return Deno.dlopen("libc.so.6", {
    pipe2: { parameters: ["buffer", "i32"], result: "i32" },
    socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
    memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  }).symbols;
}

const O_NONBLOCK = 0o4000;
const F_SETPIPE_SZ = 1031;
const AF_UNIX = 1;
const SOCK_STREAM_NONBLOCK = 1 | O_NONBLOCK;

function pipes(bytes: number): number {
  const libc = native();
  return fill(bytes, (ends) => {
    if (libc.pipe2(ends, O_NONBLOCK) !== 0) return -1;
    libc.fcntl(ends[1]!, F_SETPIPE_SZ, 2 ** 20);
    return ends[1]!;
  });
}

function unix(bytes: number): number {
  const libc = native();
  return fill(
    bytes,
    (ends) => libc.socketpair(AF_UNIX, SOCK_STREAM_NONBLOCK, 0, ends) === 0 ? ends[1]! : -1,
  );
}

/** Fills objects of `open` until there is enough, or it returns no more. */
function fill(bytes: number, open: (ends: Int32Array<ArrayBuffer>) => number): number {
  const libc = native();
  let held = 0;
  while (held < bytes) {
    const file = open(new Int32Array(2));
    if (file < 0) break;
    for (;;) {
      const written = Number(libc.write(file, CHUNK, BigInt(CHUNK.length)));
      if (written <= 0) break;
      held += written;
    }
  }
  return held;
}

/** A file in memory. */
function memfd(bytes: number): number {
  const libc = native();
  const file = libc.memfd_create(new TextEncoder().encode("x\0"), 0);
  let held = 0;
  while (held < bytes) held += Number(libc.write(file, CHUNK, BigInt(CHUNK.length)));
  return held;
}

/** The kernel takes this data at once, also on a slow machine. */
async function turns(count: number): Promise<undefined> {
  for (; count > 0; count--) await new Promise((resolve) => setTimeout(resolve, 5));
}

const [kind = "", bytes = ""] = Deno.args;
Deno.stdout.writeSync(new TextEncoder().encode(String(await KINDS[kind]!(Number(bytes)))));
Deno.exit(0);
