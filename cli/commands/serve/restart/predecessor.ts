import process from "node:process";
import type { Settings } from "../../../../lib/config/settings.ts";
import type { OwnerPredecessor } from "../../../../lib/owner/claim_owner.ts";
import type { Overlap } from "../../../../lib/supervisor/overlap.ts";
import {
  type InheritedFile,
  type InheritedSocket,
  readInheritedSocket,
} from "../../../../lib/system/inherited_sockets.ts";
import { sleep } from "../../../../lib/system/sleep.ts";
import { version } from "../../../version.ts";
import { chooseSockets, type InheritedSockets } from "../inherited_sockets.ts";
import { openChannel } from "./channel.ts";
import {
  addressSetting,
  FILE_NAMES,
  type Inheritance,
  INHERITANCE_VARIABLE,
  parseInheritance,
} from "./inheritance.ts";
import type { Message } from "./message.ts";

/** The supervisor that this process replaces. It serves until this process does. */
export interface Predecessor extends Overlap, Disposable {
  readonly owner: OwnerPredecessor;
  /** Path of its control socket. */
  readonly socket: string;
  /** Names of the functions that it serves; none if it has ended. */
  readonly serving: Promise<readonly string[]>;
  /** Resolves when this process must serve: the predecessor says so, or has ended. */
  readonly begin: Promise<void>;
  /** Resolves when the predecessor has ended. */
  readonly gone: Promise<void>;
  /** Resolves when the predecessor gives up the restart. */
  readonly aborted: Promise<void>;
  readonly send: (message: Message) => Promise<void>;
}

/** The start of this process: the supervisor that caused it, if one did, and the open sockets. */
export interface Origin {
  readonly predecessor: Predecessor | undefined;
  /** Returns the sockets to accept connections on. */
  readonly sockets: (settings: Pick<Settings, SocketSetting>) => InheritedSockets;
}

type SocketSetting = "hostname" | "port" | "adminHostname" | "adminPort";

/**
 * Connects to the supervisor that has started this process to be replaced, if one has.
 *
 * @throws {Error} if it can't be reached any more
 */
export async function openOrigin(
  environment: Pick<Deno.Env, "get" | "delete">,
  files: readonly InheritedFile[],
): Promise<Origin> {
  const text = environment.get(INHERITANCE_VARIABLE);
  environment.delete(INHERITANCE_VARIABLE);
  if (text === undefined) return { predecessor: undefined, sockets: () => chooseSockets(files) };
  const inheritance = parseInheritance(text);
  return {
    predecessor: await connect(inheritance, files),
    sockets: (settings) => socketsFor(settings, inheritance, files),
  };
}

/** Returns the sockets whose settings are the same as before. */
function socketsFor(
  { hostname, port, adminHostname, adminPort }: Pick<Settings, SocketSetting>,
  inheritance: Inheritance,
  files: readonly InheritedFile[],
): InheritedSockets {
  const socketOf = (name: string): InheritedSocket | undefined => {
    const file = files.find((one) => one.name === name);
    return file && readInheritedSocket(file);
  };
  const isSameProxy = inheritance.proxy === addressSetting(hostname, port);
  const isSameAdmin = inheritance.admin === addressSetting(adminHostname, adminPort);
  return {
    proxy: isSameProxy ? socketOf(FILE_NAMES.proxy) : undefined,
    admin: isSameAdmin ? socketOf(FILE_NAMES.admin) : undefined,
  };
}

async function connect(
  { channel: path, token, tag, socket }: Inheritance,
  files: readonly InheritedFile[],
): Promise<Predecessor> {
  const channel = openChannel(await Deno.connect({ transport: "unix", path }));
  const locks = files.filter(({ name }) => name === FILE_NAMES.lock);
  const serving = Promise.withResolvers<readonly string[]>();
  const begin = Promise.withResolvers<void>();
  const turnAtMs = Promise.withResolvers<number>();
  const runsEnded = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const parent = process.ppid;
  let hasLeft = false;
  const aborted = Promise.withResolvers<void>();

  function take(message: Message): void {
    switch (message.type) {
      case "facts":
        return serving.resolve(message.serving);
      case "serve":
        return begin.resolve();
      case "left":
        hasLeft = true;
        return turnAtMs.resolve(message.atMs);
      case "runs-ended":
        return runsEnded.resolve();
      case "abort":
        return aborted.resolve();
    }
  }

  async function listen(): Promise<void> {
    for (let message; (message = await channel.next()) !== undefined;) take(message);
    // The one that has given up the restart runs on, and so would two.
    if (!hasLeft && await isParent(parent)) return aborted.resolve();
    // It was killed, or has nothing to say any more: everything is this process's.
    serving.resolve([]);
    begin.resolve();
    turnAtMs.resolve(0);
    runsEnded.resolve();
    gone.resolve();
  }

  await channel.send({ type: "hello", token, version });
  void listen();
  return {
    owner: { tag, locks: locks.map(({ descriptor }) => descriptor) },
    socket,
    serving: serving.promise,
    begin: begin.promise,
    turnAtMs: turnAtMs.promise,
    runsEnded: runsEnded.promise,
    gone: gone.promise,
    aborted: aborted.promise,
    send: channel.send,
    [Symbol.dispose]: channel[Symbol.dispose],
  };
}

/** Time between the end of a process's connections and the moment at which its children see its end. */
const ORPHAN_MS = 1_000;
const LOOK_MS = 10;

/** Returns true if a process is still the parent of this one some time after its connection ended. */
async function isParent(pid: number): Promise<boolean> {
  for (const untilMs = performance.now() + ORPHAN_MS; performance.now() < untilMs;) {
    if (readParent() !== pid) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

function readParent(): number {
  const [, pid] = /^PPid:\t(\d+)$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return Number(pid);
}
