import { connectEndpoint } from "../system/connect_endpoint.ts";
import { type Endpoint, formatAuthority, formatEndpoint } from "../system/endpoint.ts";
import type { Pulse } from "./pulse.ts";
import { Wire } from "./http1/wire.ts";

/** Idle connections that are kept for one instance: as many as may have been busy at a time. */
const MAX_IDLE = 1_024;

/** One that was not needed for so long was for a rush that is over. */
const IDLE_MS = 60_000;

/** Holds most answers whole, so that they take one read and one write. */
const BUFFER_BYTES = 16 * 1024;

/** An open connection to an instance. */
export interface UpstreamConnection {
  readonly wire: Wire;
  /** Whether it has carried a request before: then the instance may just have let go of it. */
  readonly isReused: boolean;
}

/** An instance as the proxy sees it: where it listens, and the connections to it. */
export interface Upstream {
  /** Where it listens, as people read it. */
  readonly label: string;
  /** Host and port, as a Host field has them. */
  readonly authority: string;
  /** Requests that are being answered, tunnels included. */
  readonly inFlight: number;
  /** Requests since it became ready. */
  readonly requests: number;
  /** Whether it answers; kept by those who send requests. */
  readonly pulse: Pulse;
  /** Runs one request; counts it as long as it lasts. */
  readonly use: <Result>(task: () => Promise<Result>) => Promise<Result>;
  /** A connection that was kept, if there is one that has been idle for no longer than that. */
  readonly takeIdle: (maxIdleMs: number) => UpstreamConnection | undefined;
  /** A new connection. Rejects when the instance does not accept one in time. */
  readonly connect: (timeoutMs: number) => Promise<UpstreamConnection>;
  /** Keeps a connection whose answer was read to its end for the next request. */
  readonly release: (connection: UpstreamConnection) => void;
  /** Closes a connection that can't be kept. */
  readonly discard: (connection: UpstreamConnection) => void;
  /** Connections that are open, idle ones included. */
  readonly connections: number;
  /** Resolves when no request is in flight any more; a replaced instance gets no new ones. */
  readonly drained: () => Promise<void>;
  /** Closes all connections. */
  readonly close: () => void;
}

/** A connection that is kept. */
interface Idle {
  readonly wire: Wire;
  readonly sinceMs: number;
}

/** An upstream at an endpoint; connects when a request comes. */
export function createUpstream(endpoint: Endpoint): Upstream {
  const idle: Idle[] = [];
  const open = new Set<Wire>();
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let requests = 0;
  let isClosed = false;

  function forget(wire: Wire): void {
    const index = idle.findIndex((one) => one.wire === wire);
    if (index !== -1) idle.splice(index, 1);
    open.delete(wire);
    wire.close();
  }

  async function connect(timeoutMs: number): Promise<UpstreamConnection> {
    const connection = await connectWithin(timeoutMs, endpoint);
    if ("setNoDelay" in connection) {
      connection.setNoDelay(true);
      connection.setKeepAlive(true);
    }
    const wire = new Wire(connection, BUFFER_BYTES);
    if (isClosed) {
      wire.close();
      throw new Deno.errors.ConnectionAborted("the instance was stopped");
    }
    open.add(wire);
    return { wire, isReused: false };
  }

  return {
    label: formatEndpoint(endpoint),
    authority: "path" in endpoint ? "localhost" : formatAuthority(endpoint),
    pulse: { waiting: 0, answers: 0 },
    get inFlight() {
      return inFlight;
    },
    get requests() {
      return requests;
    },
    get connections() {
      return open.size;
    },
    async use(task) {
      inFlight++;
      requests++;
      try {
        return await task();
      } finally {
        inFlight--;
        if (inFlight === 0) waiting.splice(0).forEach((resolve) => resolve());
      }
    },
    takeIdle(maxIdleMs) {
      // The last one that was used; the others have been idle for longer.
      const kept = idle.at(-1);
      if (kept === undefined) return undefined;
      if (maxIdleMs < Infinity && performance.now() - kept.sinceMs > maxIdleMs) return undefined;
      idle.pop();
      kept.wire.onRead = undefined;
      return { wire: kept.wire, isReused: true };
    },
    connect,
    release({ wire }) {
      if (isClosed || wire.isEnded || wire.start !== wire.end || idle.length >= MAX_IDLE) {
        forget(wire);
        return;
      }
      wire.expectLittle();
      wire.chargeTo();
      const nowMs = performance.now();
      idle.push({ wire, sinceMs: nowMs });
      // The last ones in are taken first, so that those in front are the ones too many.
      if (nowMs - idle[0]!.sinceMs > IDLE_MS) forget(idle[0]!.wire);
      // Whatever comes on an idle connection, its end or bytes that nobody asked for, is its end.
      wire.onRead = () => forget(wire);
      void wire.fill();
    },
    discard: ({ wire }) => forget(wire),
    async drained() {
      if (inFlight > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    close() {
      isClosed = true;
      for (const wire of [...open]) forget(wire);
    },
  };
}

/** A full backlog answers nothing at all, and the kernel would go on asking for two minutes. */
async function connectWithin(
  timeoutMs: number,
  endpoint: Endpoint,
): Promise<Deno.TcpConn | Deno.UnixConn> {
  if (timeoutMs === Infinity) return await connectEndpoint(endpoint);
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new DOMException("no connection in time", "TimeoutError")),
    timeoutMs,
  );
  try {
    return await connectEndpoint(endpoint, abort.signal);
  } finally {
    clearTimeout(timer);
  }
}
