import { completeLimits, type Limits } from "../config/limits.ts";
import type { RateLimit } from "../config/rate_limit.ts";
import { sleep } from "../system/sleep.ts";
import type { AccessRecord } from "./access_log.ts";
import { refuseClient } from "./send_reply.ts";
import { serveClient } from "./serve_client.ts";
import { ConnectionSlot, ConnectionTable, type Evictable } from "./connection_table.ts";
import type { Client, ProxyContext } from "./context.ts";
import { openDeadlines } from "./deadline.ts";
import { faultOf } from "./http1/fault.ts";
import { boundByFiles, type FileBound } from "./file_bound.ts";
import { createFrontFigures, type FrontFigures } from "./front_figures.ts";
import { type Accepted, openListener, type Visit } from "./listener.ts";
import { Notice } from "./notice.ts";
import { peerOf, trustOf } from "./peer.ts";
import { PeerTable } from "./peer_table.ts";
import { RateLimiter } from "./rate_limiter.ts";
import type { RouteTable } from "./route_table.ts";
import { createTally } from "./tally.ts";
import { openTlsListener } from "./tls/listener.ts";
import type { KeyPair } from "./tls/terminator.ts";
import { Wire } from "./http1/wire.ts";

/** How {@linkcode openProxy} listens and answers. */
export interface ProxyOptions extends ProxySettings {
  readonly hostname: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly routes: RouteTable;
  /** With a certificate, clients speak TLS. */
  readonly tls?: KeyPair;
  /** Files that the process may have open, where connections must fit in them. */
  readonly openFiles?: number;
  /** Told of every request. */
  readonly onAccess?: (record: AccessRecord) => void;
  /** Told, seldom, that connections are turned away, and what could be done. */
  readonly onWarning?: (message: string) => void;
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
  /** Requests of one client, at all functions together; none where it is left out. */
  readonly rateLimit?: RateLimit;
}

/** The listening proxy. Disposing of it closes every connection. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Clients' connections that are open. */
  readonly connections: number;
  /** Counts of what the proxy has rejected since it started. */
  readonly figures: Readonly<FrontFigures>;
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

/** Between two warnings of one kind. */
const NOTICE_MS = 60_000;

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
  const { tls, onWarning = () => {} } = options;
  const proto = tls === undefined ? "http" : "https";
  const bound = { openFiles: options.openFiles ?? Infinity, proto } as const;
  const clients = new Map<Wire, Promise<void>>();
  const table = new ConnectionTable(() => performance.now());
  const peers = new PeerTable();
  const figures = createFrontFigures();
  const refusals = new Notice({ intervalMs: NOTICE_MS, say: onWarning });
  const evictions = new Notice({ intervalMs: NOTICE_MS, say: onWarning });
  const closing = new AbortController();
  const context: { -readonly [Key in keyof ProxyContext]: ProxyContext[Key] } = {
    routes: options.routes,
    ...contextSettings(options, bound),
    limiter: new RateLimiter(),
    figures,
    onAccess: options.onAccess,
    onError: options.onError,
    closing: closing.signal,
  };
  const listening = { ...options, admit };
  const tlsListener = tls === undefined
    ? undefined
    : openTlsListener({ ...listening, pair: tls, maxConnections: context.limits.maxConnections });
  const listener = tlsListener ?? openListener(listening);
  const deadlines = openDeadlines();
  let refusing = 0;

  function admit(address: string): Visit | undefined {
    const peer = peerOf(address, { proto, isTrusted: context.isTrusted });
    const { maxConnectionsPerPeer, maxPeerBufferBytes } = context.limits;
    const account = peers.enter(peer.address, {
      isExempt: peer.isTrusted,
      maxConnections: maxConnectionsPerPeer,
      maxBufferedBytes: maxPeerBufferBytes,
    });
    if (account !== undefined) return { peer, account, leave: () => peers.leave(account) };
    figures.refusedPeers++;
    refusals.count(performance.now(), (count) => describeRefusal(count, peer.address));
    return undefined;
  }

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

  function serve({ connection, peer, account, leave }: Accepted): void {
    const { maxConnections } = context.limits;
    const slot = new ConnectionSlot(table, evict);
    const hasRoom = table.add(slot, maxConnections);
    if (!hasRoom) {
      figures.refusedFull++;
      if (refusing >= MAX_REFUSING) {
        connection.close();
        return leave();
      }
      refusing++;
    }
    const wire = new Wire(connection, BUFFER_BYTES, account);
    const own = { read: deadlines.open(), write: deadlines.open(), answer: deadlines.open() };
    const tally = createTally();
    const client: Client = { wire, peer, account, slot, deadlines: own, tally, context };
    const served = (hasRoom ? serveClient(client) : refuseClient(client, TOO_MANY))
      .catch(options.onError)
      .finally(() => {
        if (!hasRoom) refusing--;
        wire.close();
        slot.leave();
        leave();
        for (const deadline of Object.values(own)) deadlines.close(deadline);
        clients.delete(wire);
      });
    clients.set(wire, served);

    function evict(standing: Evictable): void {
      if (standing === "idle") figures.evictedIdle++;
      else figures.evictedUnfinished++;
      evictions.count(performance.now(), (count) => describeEviction(count, maxConnections));
      if (slot.hasAsked) wire.close();
      else wire.abort();
    }
  }

  function warnOfFiles({ limits = {} }: ProxySettings): void {
    const { maxConnections } = context.limits;
    if (completeLimits(limits).maxConnections === maxConnections) return;
    onWarning(
      `There are at most ${maxConnections} connections, because ddsrv may open ` +
        `${bound.openFiles} files. Raise that (ulimit -n, LimitNOFILE), or lower --max-connections`,
    );
  }

  warnOfFiles(options);
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
    figures,
    configure(settings) {
      Object.assign(context, contextSettings(settings, bound));
      warnOfFiles(settings);
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
  { limits, domains = [], hideErrors = false, trustedProxies = [], rateLimit = "none" }:
    ProxySettings,
  bound: FileBound,
): Pick<ProxyContext, "limits" | "domains" | "hideErrors" | "isTrusted" | "rateLimit"> {
  return {
    limits: boundByFiles(completeLimits(limits ?? {}), bound),
    // The longest of those that match is the one that is meant.
    domains: [...domains].sort((a, b) => b.length - a.length),
    hideErrors,
    isTrusted: trustOf(trustedProxies),
    rateLimit,
  };
}

function describeRefusal(count: number, address: string): string {
  const connections = count === 1 ? "1 connection" : `${count} connections`;
  return `Closed ${connections} at once, the last one of ${address}: that peer has as many as ` +
    "it may have. If it speaks for many clients, name it in --trusted-proxies; otherwise raise " +
    "--max-connections-per-peer if they are wanted";
}

function describeEviction(count: number, maxConnections: number): string {
  return `All ${maxConnections} connections are taken: ${count} without a request gave way to new ` +
    "ones. If these clients are wanted, raise --max-connections";
}

function cannotAccept(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(
    `Cannot accept connections: ${message}. If it is out of file descriptors, raise their limit ` +
      "(ulimit -n, LimitNOFILE) or lower --max-connections",
    { cause: error },
  );
}
