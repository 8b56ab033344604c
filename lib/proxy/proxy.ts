import { defaultLimits, type Limits } from "../config/limits.ts";
import { sleep } from "../system/sleep.ts";
import type { AccessRecord } from "./access_log.ts";
import { refuseClient } from "./answer.ts";
import { serveClient } from "./client.ts";
import type { Client, ProxyContext } from "./context.ts";
import { openDeadlines } from "./deadline.ts";
import { faultOf } from "./fault.ts";
import { type Accepted, openListener } from "./listener.ts";
import { peerOf, trustOf } from "./peer.ts";
import type { RouteTable } from "./routes.ts";
import { createTally } from "./tally.ts";
import { openTlsListener } from "./tls_listener.ts";
import type { KeyPair } from "./tls_terminator.ts";
import { Wire } from "./wire.ts";

/** How {@linkcode openProxy} listens and answers. */
export interface ProxyOptions extends ProxySettings {
  readonly hostname: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly routes: RouteTable;
  /** With a certificate, clients speak TLS. */
  readonly tls?: KeyPair;
  /** Told of every request. */
  readonly onAccess?: (record: AccessRecord) => void;
  /** A connection ended by a fault of our own; it is closed, the others go on. */
  readonly onError: (error: unknown) => void;
}

/** What of it may change while it runs. */
export interface ProxySettings {
  readonly limits?: Partial<Limits>;
  /** Domains whose subdomains name functions, in lower case. */
  readonly domains?: readonly string[];
  /** Peers whose forwarding fields are believed, as addresses or CIDRs. */
  readonly trustedProxies?: readonly string[];
  /** Clients are told no more of a fault than its kind. */
  readonly hideErrors?: boolean;
}

/** The listening proxy. Disposing of it closes every connection. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Clients' connections that are open. */
  readonly connections: number;
  /**
   * Takes other settings, for all requests to come; whether a peer is believed is told when its
   * connection opens, and TLS keeps its `maxConnections`.
   */
  readonly configure: (settings: ProxySettings) => void;
  /** Takes another certificate for connections to come; throws when the pair can't be used. */
  readonly renew: (pair: KeyPair) => void;
  /** Takes no new connection and no new request; resolves when those in flight are answered. */
  readonly drain: () => Promise<void>;
}

/** Between two attempts to accept, when that fails: out of file descriptors, most likely. */
const ACCEPT_PAUSE_MS = 100;

/** Between two reports of one and the same trouble. */
const REPORT_PAUSE_MS = 10_000;

/** Holds most request heads whole; ten thousand idle connections have one each. */
const BUFFER_BYTES = 4 * 1024;

/** Connections above the limit that are told so at a time; others are closed without a word. */
const MAX_REFUSING = 64;

const TOO_MANY = {
  fault: faultOf("too-many-connections", {
    detail: "it has as many connections as it may have",
    retryAfterS: 1,
  }),
  isForHead: false,
};

/**
 * Listens for clients, and serves each until it goes away.
 *
 * @throws {Deno.errors.AddrInUse} when the port is taken
 * @throws {Error} when certificate and key don't go together
 */
export function openProxy(options: ProxyOptions): Proxy {
  let isTrusted = trustOf(options.trustedProxies ?? []);
  const { tls } = options;
  const { maxConnections } = { ...defaultLimits, ...options.limits };
  const tlsListener = tls === undefined
    ? undefined
    : openTlsListener({ ...options, pair: tls, maxConnections });
  const listener = tlsListener ?? openListener(options);
  const { proto } = listener;
  const clients = new Map<Wire, Promise<void>>();
  const deadlines = openDeadlines();
  const closing = new AbortController();
  const context: { -readonly [Key in keyof ProxyContext]: ProxyContext[Key] } = {
    routes: options.routes,
    ...contextSettings(options),
    onAccess: options.onAccess,
    onError: options.onError,
    closing: closing.signal,
  };
  let refusing = 0;

  async function accept(): Promise<void> {
    let reportedAtMs = -Infinity;
    while (!closing.signal.aborted) {
      try {
        serve(await listener.accept());
      } catch (error) {
        if (closing.signal.aborted) return;
        if (performance.now() - reportedAtMs > REPORT_PAUSE_MS) {
          reportedAtMs = performance.now();
          options.onError(cannotAccept(error));
        }
        await sleep(ACCEPT_PAUSE_MS, closing.signal);
      }
    }
  }

  function serve({ connection, address }: Accepted): void {
    const isTooMany = clients.size - refusing >= context.limits.maxConnections;
    if (isTooMany && refusing >= MAX_REFUSING) return connection.close();
    const wire = new Wire(connection, BUFFER_BYTES);
    const own = { read: deadlines.open(), write: deadlines.open(), answer: deadlines.open() };
    const peer = peerOf(address, { proto, isTrusted });
    const client: Client = { wire, peer, deadlines: own, tally: createTally(), context };
    if (isTooMany) refusing++;
    const served = (isTooMany ? refuseClient(client, TOO_MANY) : serveClient(client))
      .catch(options.onError)
      .finally(() => {
        if (isTooMany) refusing--;
        wire.close();
        for (const deadline of Object.values(own)) deadlines.close(deadline);
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
    port: listener.port,
    get connections() {
      return clients.size;
    },
    configure(settings) {
      isTrusted = trustOf(settings.trustedProxies ?? []);
      Object.assign(context, contextSettings(settings));
    },
    renew(pair) {
      if (tlsListener === undefined) throw new TypeError("The proxy has no certificate to renew");
      tlsListener.renew(pair);
    },
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
      tlsListener?.abandon();
      deadlines[Symbol.dispose]();
    },
  };
}

function contextSettings(
  { limits, domains = [], hideErrors = false }: ProxySettings,
): Pick<ProxyContext, "limits" | "domains" | "hideErrors"> {
  return {
    limits: { ...defaultLimits, ...limits },
    // The longest of those that match is the one that is meant.
    domains: [...domains].sort((a, b) => b.length - a.length),
    hideErrors,
  };
}

function cannotAccept(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(
    `Cannot accept connections: ${message}. If it is out of file descriptors, raise their limit ` +
      "(ulimit -n, LimitNOFILE) or lower --max-connections",
    { cause: error },
  );
}
