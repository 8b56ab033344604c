import { connectEndpoint } from "../system/connect_endpoint.ts";
import { type Endpoint, formatAuthority, formatEndpoint } from "../system/endpoint.ts";
import type { Pulse } from "./pulse.ts";
import { BufferPool } from "./http1/buffer_pool.ts";
import { Wire } from "./http1/wire.ts";

/** Maximum number of idle connections to one instance. */
const MAX_IDLE = 1_024;

/** Connections that are idle for longer are closed when another one becomes idle. */
const IDLE_MS = 60_000;

/** Large enough for most responses, so that they take one read and one write. */
const BUFFER_BYTES = 16 * 1024;

/** Unused buffers of large responses, of all instances. */
const pool = new BufferPool(8 * 1024 ** 2);

/** An open connection to an instance. */
export interface UpstreamConnection {
  readonly wire: Wire;
  /** True if it has carried a request before: then the instance may be about to close it. */
  readonly isReused: boolean;
}

/** Findings about an instance, updated by each attempt. */
export interface UpstreamReport {
  /** It answered in another protocol than HTTP/1.1; a sentence without an initial capital. */
  mismatch?: string;
}

/** An instance as a target of requests: its address and the connections to it. */
export interface Upstream {
  readonly endpoint: Endpoint;
  /** Its address, for messages. */
  readonly label: string;
  /** Host and port for the `Host` field. */
  readonly authority: string;
  /** Number of in-flight requests, tunnels included. */
  readonly inFlight: number;
  /** Number of requests since it became ready. */
  readonly requests: number;
  /** Signs of life, updated by each attempt. */
  readonly pulse: Pulse;
  readonly report: UpstreamReport;
  /** Runs one request, and counts it as in flight until it ends. */
  readonly use: <Result>(task: () => Promise<Result>) => Promise<Result>;
  /** Returns a connection that has been idle for at most `maxIdleMs`, if there is one. */
  readonly takeIdle: (maxIdleMs: number) => UpstreamConnection | undefined;
  /** Opens a connection. Rejects if the instance does not accept it in time. */
  readonly connect: (timeoutMs: number) => Promise<UpstreamConnection>;
  /** Keeps a connection for the next request. Its response must have been read to the end. */
  readonly release: (connection: UpstreamConnection) => void;
  /** Closes a connection that cannot be reused. */
  readonly discard: (connection: UpstreamConnection) => void;
  /** Number of open connections, idle ones included. */
  readonly connections: number;
  /** Resolves when no request is in flight. */
  readonly drained: () => Promise<void>;
  /** Sends all further requests to another address of the instance. */
  readonly moveTo: (endpoint: Endpoint) => void;
  /** Closes all connections. */
  readonly close: () => void;
}

/** An idle connection. */
interface Idle {
  readonly wire: Wire;
  readonly sinceMs: number;
}

/** Creates an upstream for an endpoint. It opens connections when requests need them. */
export function createUpstream(first: Endpoint): Upstream {
  let endpoint = first;
  /** Connections to an earlier address, which end with their requests. */
  let outdated = new WeakSet<Wire>();
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
    const target = endpoint;
    const connection = await connectWithin(timeoutMs, target);
    if ("setNoDelay" in connection) {
      connection.setNoDelay(true);
      connection.setKeepAlive(true);
    }
    const wire = new Wire(connection, BUFFER_BYTES, { pool });
    if (isClosed) {
      wire.close();
      throw new Deno.errors.ConnectionAborted("the instance was stopped");
    }
    open.add(wire);
    if (target !== endpoint) outdated.add(wire);
    return { wire, isReused: false };
  }

  return {
    get endpoint() {
      return endpoint;
    },
    get label() {
      return formatEndpoint(endpoint);
    },
    get authority() {
      return "path" in endpoint ? "localhost" : formatAuthority(endpoint);
    },
    pulse: { waiting: 0, answers: 0 },
    report: {},
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
      // The most recently used one.
      const kept = idle.at(-1);
      if (kept === undefined) return undefined;
      if (maxIdleMs < Infinity && performance.now() - kept.sinceMs > maxIdleMs) return undefined;
      idle.pop();
      kept.wire.onRead = undefined;
      return { wire: kept.wire, isReused: true };
    },
    connect,
    release({ wire }) {
      if (
        outdated.has(wire) || isClosed || wire.isEnded || wire.start !== wire.end ||
        idle.length >= MAX_IDLE
      ) {
        forget(wire);
        return;
      }
      wire.shrink();
      wire.chargeTo();
      const nowMs = performance.now();
      idle.push({ wire, sinceMs: nowMs });
      // The most recent ones are reused first, so the first one has been idle for longest.
      if (nowMs - idle[0]!.sinceMs > IDLE_MS) forget(idle[0]!.wire);
      // Close an idle connection when it ends or unexpected bytes arrive.
      wire.onRead = () => forget(wire);
      void wire.fill();
    },
    discard: ({ wire }) => forget(wire),
    async drained() {
      if (inFlight > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    moveTo(next) {
      endpoint = next;
      outdated = new WeakSet(open);
      for (const { wire } of [...idle]) forget(wire);
    },
    close() {
      isClosed = true;
      for (const wire of [...open]) forget(wire);
    },
  };
}

/** Connects with a timeout: if the backlog is full, the kernel would retry for two minutes. */
async function connectWithin(
  timeoutMs: number,
  endpoint: Endpoint,
): Promise<Deno.TcpConn | Deno.UnixConn> {
  if (timeoutMs === Infinity) return await connectEndpoint(endpoint);
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new DOMException("connection timed out", "TimeoutError")),
    timeoutMs,
  );
  try {
    return await connectEndpoint(endpoint, abort.signal);
  } finally {
    clearTimeout(timer);
  }
}
