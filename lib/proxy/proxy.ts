import { serveClient } from "./client.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { RouteTable } from "./routes.ts";
import { Wire } from "./wire.ts";

/** How {@linkcode openProxy} listens. */
export interface ProxyOptions {
  readonly hostname: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly routes: RouteTable;
  readonly limits?: Partial<Limits>;
  /** A connection ended by a fault of our own; it is closed, the others go on. */
  readonly onError: (error: unknown) => void;
}

/** The listening proxy. Disposing of it closes every connection. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Takes no new connection and no new request; resolves when those in flight are answered. */
  readonly drain: () => Promise<void>;
}

/** How often deadlines are looked at: they are kept to this precision. */
const SWEEP_MS = 250;

/** Between two attempts to accept, when that fails: out of file descriptors, most likely. */
const ACCEPT_PAUSE_MS = 100;

/** Holds most request heads whole; ten thousand idle connections have one each. */
const BUFFER_BYTES = 4 * 1024;

/** A client's deadline as the sweep sees it. */
interface Timer {
  dueAt: number;
  onExpire: (() => void) | undefined;
}

/**
 * Listens for clients, and serves each until it goes away.
 *
 * @throws {Deno.errors.AddrInUse} when the port is taken
 */
export function openProxy(options: ProxyOptions): Proxy {
  const { hostname, port, routes } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const listener = Deno.listen({ hostname, port });
  const clients = new Map<Wire, Promise<void>>();
  const timers = new Set<Timer>();
  const closing = new AbortController();
  const sweeper = setInterval(() => expire(timers), SWEEP_MS);

  async function accept(): Promise<void> {
    while (!closing.signal.aborted) {
      let connection: Deno.TcpConn;
      try {
        connection = await listener.accept();
      } catch (error) {
        if (closing.signal.aborted) return;
        options.onError(error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
        continue;
      }
      serve(connection);
    }
  }

  function serve(connection: Deno.TcpConn): void {
    connection.setNoDelay(true);
    const wire = new Wire(connection, BUFFER_BYTES);
    const timer: Timer = { dueAt: Infinity, onExpire: undefined };
    timers.add(timer);
    const served = serveClient({
      wire,
      address: connection.remoteAddr.hostname,
      routes,
      limits,
      closing: closing.signal,
      deadline: {
        set(ms, onExpire) {
          timer.dueAt = ms === undefined ? Infinity : performance.now() + ms;
          timer.onExpire = onExpire;
        },
      },
    }).catch(options.onError).finally(() => {
      timers.delete(timer);
      clients.delete(wire);
    });
    clients.set(wire, served);
  }

  const accepting = accept();

  function stopAccepting(): void {
    if (closing.signal.aborted) return;
    closing.abort();
    listener.close();
    for (const wire of clients.keys()) if (wire.isIdle) wire.close();
  }

  return {
    port: listener.addr.port,
    async drain() {
      stopAccepting();
      await accepting;
      await Promise.all(clients.values());
    },
    async [Symbol.asyncDispose]() {
      stopAccepting();
      for (const wire of clients.keys()) wire.close();
      await accepting;
      await Promise.all(clients.values());
      clearInterval(sweeper);
    },
  };
}

function expire(timers: ReadonlySet<Timer>): void {
  const now = performance.now();
  for (const timer of timers) {
    if (timer.dueAt > now) continue;
    timer.dueAt = Infinity;
    timer.onExpire?.();
  }
}
