import { dirname, join } from "node:path";
import { randomUUID } from "node:crypto";
import { findListening, type ListeningAddress } from "../../../../lib/system/listening_address.ts";
import { sleep } from "../../../../lib/system/sleep.ts";
import { openSocketLibrary } from "../../../../lib/system/socket_library.ts";
import { type SpawnedChild, spawnWithFiles } from "../../../../lib/system/spawn_with_files.ts";
import { type Channel, openChannel } from "./channel.ts";
import { FILE_NAMES, type Inheritance, INHERITANCE_VARIABLE } from "./inheritance.ts";
import type { Message } from "./message.ts";

/** Sockets, locks and facts that the new supervisor gets from this one. */
export interface Estate {
  readonly proxy: ListeningAddress;
  readonly admin: ListeningAddress | undefined;
  /** Paths of locked files. */
  readonly locks: readonly string[];
  readonly inheritance: Omit<Inheritance, "channel" | "token">;
}

/** Options of {@linkcode startSuccessor}. */
export interface SuccessorOptions {
  readonly estate: Estate;
  /** Program and first arguments; a program that is no path is on the PATH. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The process that is to replace this one. */
export interface Successor extends AsyncDisposable {
  readonly pid: number;
  readonly version: string;
  readonly send: Channel["send"];
  /**
   * Returns the next message of this type.
   *
   * @throws {Error} if the process fails or ends first, or the signal aborts
   */
  readonly expect: (type: Message["type"]) => Promise<Message>;
  /** Lets it run on its own: disposing of this ends nothing but the connection. */
  readonly release: () => void;
}

const POLL_MS = 20;

/** Time for a successor that is no longer wanted to remove what it has opened. */
const STOP_MS = 20_000;

/** The variable LISTEN_PID must be the process's own id, which only itself knows before it runs. */
const SCRIPT = 'LISTEN_PID=$$ exec "$@"';

/**
 * Starts another supervisor with this one's sockets and locks, and waits until it answers.
 *
 * @throws {Error} if it ends first, or the signal aborts
 */
export async function startSuccessor(options: SuccessorOptions): Promise<Successor> {
  const { estate, command, env, signal } = options;
  await using stack = new AsyncDisposableStack();
  const path = join(dirname(estate.inheritance.socket), `.r${Deno.pid}`);
  const listener = listenPrivately(path);
  stack.defer(() => {
    listener.close();
    return Deno.remove(path).catch(() => {});
  });
  const token = randomUUID();
  const files = findFiles(estate);
  const child = spawnWithFiles({
    program: "/bin/sh",
    args: ["-c", SCRIPT, "ddsrv", ...command],
    env: {
      ...env,
      LISTEN_FDS: String(files.length),
      LISTEN_FDNAMES: files.map(([name]) => name).join(":"),
      [INHERITANCE_VARIABLE]: JSON.stringify(
        { ...estate.inheritance, channel: path, token } satisfies Inheritance,
      ),
    },
    files: files.map(([, descriptor]) => descriptor),
  });
  let isReleased = false;
  const exited = waitForExit(child, () => isReleased);
  await using started = new AsyncDisposableStack();
  started.defer(() => endChild(child));
  const ended = Promise.race([exited, aborting(signal)]);
  const { channel, version } = await Promise.race([accept(listener, token), ended]);
  started.defer(() => channel[Symbol.dispose]());
  const owned = started.move();
  return {
    pid: child.pid,
    version,
    send: channel.send,
    async expect(type) {
      for (;;) {
        const message = await Promise.race([channel.next(), ended]);
        if (message?.type === type) return message;
        if (message?.type === "failed") throw new Error(message.reason);
        // Its exit says more.
        if (message === undefined) await ended;
      }
    },
    release: () => isReleased = true,
    async [Symbol.asyncDispose]() {
      if (isReleased) return channel[Symbol.dispose]();
      await channel.send({ type: "abort" });
      await owned.disposeAsync();
    },
  };
}

/** Only this user can connect. */
function listenPrivately(path: string): Deno.UnixListener {
  const umask = Deno.umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } finally {
    Deno.umask(umask);
  }
}

async function accept(
  listener: Deno.UnixListener,
  token: string,
): Promise<{ readonly channel: Channel; readonly version: string }> {
  for (;;) {
    const channel = openChannel(await listener.accept());
    const first = await channel.next();
    if (first?.type === "hello" && first.token === token) {
      return { channel, version: first.version };
    }
    channel[Symbol.dispose]();
  }
}

function findFiles({ proxy, admin, locks }: Estate): (readonly [name: string, file: number])[] {
  using library = openSocketLibrary();
  const socketsAt = (name: string, address: ListeningAddress | undefined) =>
    address === undefined
      ? []
      : findListening(library, address).slice(0, 1).map((file) => [name, file] as const);
  const paths = new Map<string, number>();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      paths.set(Deno.readLinkSync(`/proc/self/fd/${name}`), Number(name));
    } catch {
      // The closed descriptor of the directory.
    }
  }
  const found = locks.map((path) => paths.get(Deno.realPathSync(path)));
  return [
    ...socketsAt(FILE_NAMES.proxy, proxy),
    ...socketsAt(FILE_NAMES.admin, admin),
    ...found.filter((file) => file !== undefined).map((file) => [FILE_NAMES.lock, file] as const),
  ];
}

/** Rejects when the process has ended. Returns nothing once it is released. */
async function waitForExit(child: SpawnedChild, isReleased: () => boolean): Promise<never> {
  while (!isReleased()) {
    const code = child.poll();
    if (code !== undefined) {
      throw new Error(`The new ddsrv exited with code ${code}. See its messages in the log`);
    }
    await sleep(POLL_MS);
  }
  return await new Promise(() => {});
}

function aborting(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // Nobody may be waiting any more.
  promise.catch(() => {});
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

async function endChild(child: SpawnedChild): Promise<void> {
  for (const [signal, timeoutMs] of [["SIGTERM", STOP_MS], ["SIGKILL", Infinity]] as const) {
    const untilMs = performance.now() + timeoutMs;
    if (child.poll() !== undefined) return;
    Deno.kill(child.pid, signal);
    while (performance.now() < untilMs) {
      if (child.poll() !== undefined) return;
      await sleep(POLL_MS);
    }
  }
}
