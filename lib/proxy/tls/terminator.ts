import { setNoDelay } from "../../system/keep_alive.ts";
import { sleep } from "../../system/sleep.ts";

/** A certificate chain and its key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Both ends of a connection within this process. */
export interface Met {
  /** The end for encrypted bytes. */
  readonly inner: Deno.TcpConn;
  /** The end for plain bytes. */
  readonly served: Deno.TlsConn;
}

/** A listener on loopback that terminates TLS with one certificate. */
export interface Terminator {
  /** Opens a connection to it. Rejects if the two ends are not matched in time. */
  readonly meet: () => Promise<Met>;
  /** Closes it once no connection to it is being opened. */
  readonly retire: () => void;
}

/** Options of {@linkcode openTerminator}. */
export interface TerminatorOptions {
  /** Protocols to offer, the preferred one first (RFC 7301); only HTTP/1.1 if left out. */
  readonly alpnProtocols?: readonly string[];
}

const LOOPBACK = "127.0.0.1";
const HTTP_1 = ["http/1.1"];

/** Maximum time to match the two ends of a connection. */
const MEET_MS = 5_000;

/** Maximum time that an unknown connection stays open; after that it belongs to another process. */
const UNKNOWN_MS = 1_000;
const MAX_UNKNOWN = 1_024;

/** Pause after a failed accept. */
const RETRY_MS = 50;

/**
 * Opens a terminator. Every process on this machine can connect to it. It recognizes its own
 * connections by address and port, which the kernel assigns to one connection only, and closes all
 * others.
 *
 * @throws {Error} if certificate and key don't match
 */
export function openTerminator(
  pair: KeyPair,
  { alpnProtocols = HTTP_1 }: TerminatorOptions = {},
): Terminator {
  const listener = Deno.listenTls({
    ...pair,
    hostname: LOOPBACK,
    port: 0,
    alpnProtocols: [...alpnProtocols],
  });
  // Frames of HTTP/2 are small, and a client that waits for one sends nothing that would release it.
  if (alpnProtocols.includes("h2")) setNoDelay(listener.addr.port);
  const expected = new Map<string, (served: Deno.TlsConn) => void>();
  const unknown = new Map<string, Deno.TlsConn>();
  let onTheWay = 0;
  let isRetired = false;

  async function takeIn(): Promise<void> {
    for (;;) {
      try {
        sort(await listener.accept());
      } catch {
        if (isRetired && onTheWay === 0) return;
        // Most likely out of file descriptors; callers of meet() get a timeout.
        await sleep(RETRY_MS);
      }
    }
  }

  function sort(served: Deno.TlsConn): void {
    const from = addressOf(served.remoteAddr);
    const take = expected.get(from);
    if (take !== undefined) return take(served);
    // It may be one of ours that arrived before meet() knows its address. The oldest
    // is the least likely one.
    if (unknown.size >= MAX_UNKNOWN) forgetOldest();
    unknown.set(from, served);
    const timer = setTimeout(() => {
      if (unknown.get(from) !== served) return;
      unknown.delete(from);
      served.close();
    }, UNKNOWN_MS);
    Deno.unrefTimer(timer);
  }

  function forgetOldest(): void {
    const [oldest] = unknown;
    if (oldest === undefined) return;
    unknown.delete(oldest[0]);
    oldest[1].close();
  }

  async function findServed(inner: Deno.TcpConn): Promise<Deno.TlsConn> {
    const from = addressOf(inner.localAddr);
    const early = unknown.get(from);
    unknown.delete(from);
    if (early !== undefined) return early;
    const { promise, resolve, reject } = Promise.withResolvers<Deno.TlsConn>();
    const timer = setTimeout(
      () => reject(new Deno.errors.TimedOut("No connection to the TLS terminator in time")),
      MEET_MS,
    );
    expected.set(from, resolve);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      expected.delete(from);
    }
  }

  function closeWhenFree(): void {
    if (!isRetired || onTheWay > 0) return;
    listener.close();
    for (const served of unknown.values()) served.close();
    unknown.clear();
  }

  void takeIn();

  return {
    async meet() {
      onTheWay++;
      try {
        const { port } = listener.addr;
        const signal = AbortSignal.timeout(MEET_MS);
        const inner = await Deno.connect({ hostname: LOOPBACK, port, signal });
        try {
          return { inner, served: await findServed(inner) };
        } catch (error) {
          inner.close();
          throw error;
        }
      } finally {
        onTheWay--;
        closeWhenFree();
      }
    },
    retire() {
      isRetired = true;
      closeWhenFree();
    },
  };
}

function addressOf({ hostname, port }: Deno.NetAddr): string {
  return `${hostname}:${port}`;
}
