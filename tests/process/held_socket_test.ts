import assert from "node:assert/strict";
import { holdSocket, waitForSocket } from "../../lib/process/held_socket.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** Listens on a Unix socket and sends its name on each connection. */
function serve(path: string, name: string): AsyncDisposable {
  const listener = Deno.listen({ transport: "unix", path });
  const serving = (async () => {
    for await (const connection of listener) {
      // A client that only tests the socket has disconnected already.
      await connection.write(new TextEncoder().encode(name)).catch(() => {});
      connection.close();
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

async function ask(path: string): Promise<string> {
  const connection = await Deno.connect({ transport: "unix", path });
  return await new Response(connection.readable).text();
}

/** Counts this process's descriptors of files below a directory. */
function countHeld({ path }: TemporaryDirectory): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith(`${path}/`);
    } catch {
      return false;
    }
  }).length;
}

Deno.test("holdSocket() keeps a socket open until it is disposed of", async () => {
  await using directory = await temporaryDirectory();
  await using _ = serve(directory.at("s"), "one");
  const held = holdSocket(directory.at("s"));
  assert.ok(held !== undefined);
  assert.match(held.path, /^\/proc\/self\/fd\/\d+$/);
  assert.equal(await ask(held.path), "one");
  assert.equal(countHeld(directory), 1);
  held[Symbol.dispose]();
  assert.equal(countHeld(directory), 0);
});

Deno.test("holdSocket() reaches the same socket after its name is replaced", async () => {
  await using directory = await temporaryDirectory();
  await using _ = serve(directory.at("s"), "one");
  using held = holdSocket(directory.at("s"))!;
  await Deno.rename(directory.at("s"), directory.at("old"));
  await using __ = serve(directory.at("s"), "other");
  assert.equal(await ask(directory.at("s")), "other");
  assert.equal(await ask(held.path), "one");
  await Deno.remove(directory.at("old"));
  assert.equal(await ask(held.path), "one");
});

const others: readonly [what: string, make: (directory: TemporaryDirectory) => Promise<unknown>][] =
  [
    ["nothing", () => Promise.resolve()],
    ["a file", (directory) => directory.write("x")],
    ["a directory", (directory) => Deno.mkdir(directory.at("x"))],
    ["a FIFO", (directory) => new Deno.Command("mkfifo", { args: [directory.at("x")] }).output()],
    ["a link to a socket", (directory) => Deno.symlink(directory.at("s"), directory.at("x"))],
    ["a link to nothing", (directory) => Deno.symlink("nowhere", directory.at("x"))],
    ["a device", (directory) => Deno.symlink("/dev/null", directory.at("x"))],
  ];

for (const [what, make] of others) {
  Deno.test(`holdSocket() rejects ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await using _ = serve(directory.at("s"), "one");
    await make(directory);
    assert.equal(holdSocket(directory.at("x")), undefined);
    assert.equal(countHeld(directory), 0);
  });
}

Deno.test("waitForSocket() waits until a process listens", async () => {
  await using directory = await temporaryDirectory();
  const waiting = waitForSocket(directory.at("s"), new AbortController().signal);
  await using _ = serve(directory.at("s"), "one");
  using held = await waiting;
  assert.equal(await ask(held!.path), "one");
});

Deno.test("waitForSocket() stops on abort and leaves nothing open", async () => {
  await using directory = await temporaryDirectory();
  assert.equal(await waitForSocket(directory.at("s"), AbortSignal.abort()), undefined);
  const stop = new AbortController();
  const waiting = waitForSocket(directory.at("s"), stop.signal);
  stop.abort();
  assert.equal(await waiting, undefined);
});

Deno.test("waitForSocket() ignores a socket on which nobody listens", async () => {
  await using directory = await temporaryDirectory();
  {
    // A closed listener leaves its name behind.
    await using _ = serve(directory.at("s"), "one");
    await Deno.rename(directory.at("s"), directory.at("left"));
  }
  assert.ok((await Deno.lstat(directory.at("left"))).isSocket);
  const stop = new AbortController();
  const waiting = waitForSocket(directory.at("left"), stop.signal);
  stop.abort();
  assert.equal(await waiting, undefined);
  assert.equal(countHeld(directory), 0);
});
