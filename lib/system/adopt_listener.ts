import type { InheritedSocket } from "./inherited_sockets.ts";
import { findListening } from "./listening_address.ts";
import { F_GETFL, F_SETFL, O_NONBLOCK, openSocketLibrary } from "./socket_library.ts";

/** `EPOLL_CTL_ADD` of epoll_ctl(2). */
const EPOLL_CTL_ADD = 1;

/** Registration of a descriptor by which Deno's event loop waits for it. */
export interface Registration {
  /** Descriptor of the epoll instance. */
  readonly epoll: number;
  readonly events: number;
  /** Value by which the event loop knows the descriptor. */
  readonly data: bigint;
}

/**
 * Returns a listener of Deno that accepts from an inherited socket, which it owns from now on. Its
 * `addr` is that of another socket.
 *
 * Deno can't listen on a descriptor. So this opens a listener and puts the socket in its place by
 * dup2(2), which also ends the registration with epoll(7), and registers it anew with the same values.
 *
 * @throws {Error} if the event loop does not use epoll as expected
 */
export function adoptListener({ descriptor }: InheritedSocket): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    using library = openSocketLibrary();
    const { symbols } = library;
    const [place] = findListening(library, listener.addr);
    const registration = place === undefined ? undefined : findRegistration(place);
    if (place === undefined || registration === undefined) {
      throw new Error(
        "This Deno does not wait for sockets as ddsrv expects. Start ddsrv without LISTEN_FDS",
      );
    }
    symbols.fcntl(descriptor, F_SETFL, symbols.fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK);
    const isPlaced = symbols.dup2(descriptor, place) === place;
    const event = encodeEvent(registration, Deno.build.arch);
    if (
      !isPlaced || symbols.epoll_ctl(registration.epoll, EPOLL_CTL_ADD, place, event) !== 0
    ) throw new Error(`The kernel refused to use the inherited descriptor ${descriptor}`);
    symbols.close(descriptor);
    return listener;
  } catch (error) {
    listener.close();
    throw error;
  }
}

function findRegistration(descriptor: number): Registration | undefined {
  for (const { name } of Deno.readDirSync("/proc/self/fdinfo")) {
    const found = parseRegistration(readOptional(`/proc/self/fdinfo/${name}`), descriptor);
    if (found !== undefined) return { epoll: Number(name), ...found };
  }
  return undefined;
}

function readOptional(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // The closed descriptor of the directory.
    return "";
  }
}

/**
 * Finds a descriptor in the `/proc/PID/fdinfo` of an epoll instance, see proc(5).
 *
 * @example
 * ```ts
 * import { parseRegistration } from "./adopt_listener.ts";
 * parseRegistration("tfd:       21 events: 8000201d data:     55b1  pos:0", 21);
 * ```
 */
export function parseRegistration(
  text: string,
  descriptor: number,
): Omit<Registration, "epoll"> | undefined {
  for (const [, own, events, data] of text.matchAll(ENTRY)) {
    if (Number(own) !== descriptor) continue;
    return { events: parseInt(events!, 16), data: BigInt(`0x${data}`) };
  }
  return undefined;
}

const ENTRY = /^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+)/gm;

/** Encodes a `struct epoll_event`, which is packed on x86-64 only (epoll_event(3type)). */
export function encodeEvent(
  { events, data }: Pick<Registration, "events" | "data">,
  arch: typeof Deno.build.arch,
): Uint8Array<ArrayBuffer> {
  const at = arch === "x86_64" ? 4 : 8;
  const bytes = new Uint8Array(at + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, events, true);
  view.setBigUint64(at, data, true);
  return bytes;
}
