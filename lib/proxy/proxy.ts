import { domainPatterns } from "../config/granted_domains.ts";
import type { Grant } from "../config/grants.ts";
import type { HostPattern } from "../config/host_pattern.ts";
import type { IndexAudience } from "../config/index_audience.ts";
import { completeLimits, type Limits } from "../config/limits.ts";
import type { RateLimit } from "../config/rate_limit.ts";
import { sleep } from "../system/sleep.ts";
import type { AccessRecord } from "./access_log.ts";
import { refuseConnection, serveConnection } from "./serve_connection.ts";
import {
  ConnectionSlot,
  ConnectionTable,
  type Evictable,
  type EvictionCause,
} from "./connection_table.ts";
import type { Client, ProxyContext } from "./context.ts";
import { openDeadlines } from "./deadline.ts";
import { faultOf } from "./http1/fault.ts";
import { loopMeter } from "./http1/loop_meter.ts";
import { boundByFiles, type FileBound } from "./file_bound.ts";
import { createFrontFigures, type FrontFigures } from "./front_figures.ts";
import {
  type Accepted,
  type ListenOptions,
  openListener,
  type SocketAddress,
  type Visit,
} from "./listener.ts";
import { Notice } from "./notice.ts";
import { createPacer } from "./pacer.ts";
import { type Peer, peerOf, trustOf } from "./peer.ts";
import { PeerTable } from "./peer_table.ts";
import { RateLimiter } from "./rate_limiter.ts";
import type { RouteTable } from "./route_table.ts";
import { createSuggestions } from "./suggestions.ts";
import { createTally } from "./tally.ts";
import { openTlsListener, type TlsListener } from "./tls/listener.ts";
import type { KeyPair } from "./tls/terminator.ts";
import { Wire } from "./http1/wire.ts";

/** Options of {@linkcode openProxy}. */
export interface ProxyOptions extends ProxySettings {
  readonly hostname: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  /** See `ListenOptions`. */
  readonly inherited?: ListenOptions["inherited"];
  readonly begin?: ListenOptions["begin"];
  readonly routes: RouteTable;
  /** Certificate and key; with them, the proxy accepts TLS connections only. */
  readonly tls?: KeyPair | undefined;
  /** Certificates for single hosts come with `certify`; the proxy accepts TLS connections only. */
  readonly hasCertificates?: boolean;
  /** Offers HTTP/2 besides HTTP/1.1 to clients of TLS. */
  readonly http2?: boolean;
  /** Maximum number of open files of the process, if connections must not exceed it. */
  readonly openFiles?: number;
  /** Receives a record of each request. */
  readonly onAccess?: (record: AccessRecord) => void;
  /** Receives warnings about rejected connections, with remedies, at most one of a kind a minute. */
  readonly onWarning?: (message: string) => void;
  /** Receives unexpected errors. The connection concerned is closed; all others continue. */
  readonly onError: (error: unknown) => void;
}

/** Settings that may change while the proxy runs. */
export interface ProxySettings {
  readonly limits?: Partial<Limits>;
  /** Domains whose subdomains name functions, in lower case. */
  readonly domains?: readonly string[];
  /** Hosts that functions may have as domains of their own. */
  readonly ownDomains?: readonly HostPattern[];
  /** Settings of single functions, which may have further domains. */
  readonly functions?: readonly Grant[];
  /** The function that gets requests whose path names no function. */
  readonly root?: string | undefined;
  /** Peers whose forwarding fields the proxy trusts, as addresses or CIDRs. */
  readonly trustedProxies?: readonly string[];
  /** Who gets a list of functions at `/`; nobody if left out. */
  readonly index?: IndexAudience;
  /** Responses to clients contain the title of a fault only. */
  readonly hideErrors?: boolean;
  /** Requests with `X-Graphand-Healthcheck: true` get 200 OK from the proxy. */
  readonly compatHealthcheck?: boolean;
  /** The proxy adds `Via` to forwarded requests and responses; true if left out. */
  readonly via?: boolean;
  /** Rate limit of each client, over all functions; none if left out. */
  readonly rateLimit?: RateLimit;
}

/** A listening proxy. Disposing of it closes all connections. */
export interface Proxy extends AsyncDisposable {
  readonly proto: "http" | "https";
  readonly port: number;
  /** Real address of its socket. */
  readonly address: SocketAddress;
  /** Number of open connections of clients. */
  readonly connections: number;
  readonly figures: Readonly<FrontFigures>;
  /**
   * Applies other settings to all further requests. A peer stays trusted or not until it connects
   * again, and the TLS listener keeps its `maxConnections`.
   */
  readonly configure: (settings: ProxySettings) => void;
  /** Uses another certificate for new connections. Throws if the pair is invalid. */
  readonly renew: TlsListener["renew"];
  /** Adds, replaces or removes a certificate for some hosts, see {@linkcode TlsListener}. */
  readonly certify: TlsListener["certify"];
  /**
   * Stops accepting connections and requests. Resolves when all in-flight requests are answered. For
   * `lingerMs`, idle connections may send one more request, and its answer says that it is the last:
   * for a client that sends at the moment at which its connection closes, the request would be lost.
   */
  readonly drain: (options?: { readonly lingerMs: number }) => Promise<void>;
}

/** Pause after a failed accept, most likely because file descriptors have run out. */
const ACCEPT_PAUSE_MS = 100;

/** Minimum time between two reports of failed accepts. */
const REPORT_INTERVAL_MS = 10_000;

/** Minimum time between two warnings of one kind. */
const WARNING_INTERVAL_MS = 60_000;

/** Large enough for most request heads, small because each idle connection has one. */
const BUFFER_BYTES = 4 * 1024;

/** Maximum number of excess connections that get a 503 at a time; others are just closed. */
const MAX_REFUSING = 64;

const TOO_MANY = {
  fault: faultOf("too-many-connections", {
    detail: "it has reached its limit of connections",
    retryAfterS: 1,
  }),
  isForHead: false,
};

/**
 * Listens for clients, and serves each one until it disconnects.
 *
 * @throws {Deno.errors.AddrInUse} if the port is in use
 * @throws {Error} if certificate and key do not match
 */
export function openProxy(options: ProxyOptions): Proxy {
  const { tls, hasCertificates = false, onWarning = () => {} } = options;
  const proto = tls === undefined && !hasCertificates ? "http" : "https";
  const bound = { openFiles: options.openFiles ?? Infinity, proto } as const;
  const clients = new Map<Wire, Promise<void>>();
  const table = new ConnectionTable(() => performance.now());
  const peers = new PeerTable();
  const figures = createFrontFigures();
  const refusals = new Notice({ intervalMs: WARNING_INTERVAL_MS, report: onWarning });
  const evictions = new Notice({ intervalMs: WARNING_INTERVAL_MS, report: onWarning });
  /** Aborts when no more connections are accepted. */
  const full = new AbortController();
  const closing = new AbortController();
  const deadlines = openDeadlines();
  const context: { -readonly [Key in keyof ProxyContext]: ProxyContext[Key] } = {
    routes: options.routes,
    ...contextSettings(options, bound),
    limiter: new RateLimiter(),
    suggestions: createSuggestions(),
    figures,
    pacer: createPacer({ meter: loopMeter }),
    deadlines,
    onAccess: options.onAccess,
    onError: options.onError,
    isLeaving: false,
    closing: closing.signal,
  };
  const listening = { ...options, admit };
  const tlsListener = proto === "http"
    ? undefined
    : openTlsListener({ ...listening, pair: tls, maxConnections: context.limits.maxConnections });
  const listener = tlsListener ?? openListener(listening);
  let refusing = 0;

  function admit(address: string, port: number): Visit | undefined {
    const peer = peerOf(address, { proto, isTrusted: context.isTrusted, port });
    const { maxConnectionsPerPeer, maxPeerBufferBytes } = context.limits;
    const account = peers.enter(peer.address, {
      isExempt: peer.isTrusted,
      maxConnections: maxConnectionsPerPeer,
      maxBufferedBytes: maxPeerBufferBytes,
      makeRoom: ({ places }) => table.exchange(places),
    });
    if (account !== undefined) return { peer, account, leave: () => peers.leave(account) };
    figures.refusedPeers++;
    reportShare(peer);
    return undefined;
  }

  function reportShare({ address }: Peer): void {
    refusals.count(performance.now(), (count) => describeRefusal(count, address));
  }

  async function accept(): Promise<void> {
    let reportedAtMs = -Infinity;
    while (!full.signal.aborted) {
      try {
        serve(await listener.accept());
      } catch (error) {
        if (full.signal.aborted) return;
        if (performance.now() - reportedAtMs > REPORT_INTERVAL_MS) {
          reportedAtMs = performance.now();
          options.onError(cannotAccept(error));
        }
        await sleep(ACCEPT_PAUSE_MS, full.signal);
      }
    }
  }

  function serve({ connection, peer, account, leave }: Accepted): void {
    const { maxConnections } = context.limits;
    const slot = new ConnectionSlot({ table, peer: account.places, evict });
    const hasRoom = table.add(slot, maxConnections);
    if (!hasRoom) {
      figures.refusedFull++;
      if (refusing >= MAX_REFUSING) {
        connection.close();
        return leave();
      }
      refusing++;
    }
    const wire = new Wire(connection, BUFFER_BYTES, { account });
    const own = { read: deadlines.open(), write: deadlines.open(), answer: deadlines.open() };
    const tally = createTally();
    const client: Client = { wire, peer, account, slot, deadlines: own, tally, context };
    const served = (hasRoom ? serveConnection(client) : refuseConnection(client, TOO_MANY))
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

    function evict(state: Evictable, cause: EvictionCause): void {
      if (state === "idle") figures.evictedIdle++;
      else figures.evictedUnfinished++;
      if (cause === "share") reportShare(peer);
      else evictions.count(performance.now(), (count) => describeEviction(count, maxConnections));
      if (slot.hasSentRequest) wire.close();
      else wire.abort();
    }
  }

  function warnOfFiles({ limits = {} }: ProxySettings): void {
    const { maxConnections } = context.limits;
    if (completeLimits(limits).maxConnections === maxConnections) return;
    onWarning(
      `Limiting connections to ${maxConnections}, because ddsrv may open only ` +
        `${bound.openFiles} files. Raise that limit (ulimit -n, LimitNOFILE), or lower --max-connections`,
    );
  }

  function secured(): TlsListener {
    if (tlsListener === undefined) throw new TypeError("The proxy does not use TLS");
    return tlsListener;
  }

  warnOfFiles(options);
  const accepting = accept();

  function stopAccepting(): void {
    if (full.signal.aborted) return;
    full.abort();
    listener.close();
  }

  function stopRequests(): void {
    stopAccepting();
    closing.abort();
    for (const wire of clients.keys()) if (wire.isIdle) wire.close();
  }

  return {
    proto,
    port: listener.address.port,
    address: listener.address,
    get connections() {
      return clients.size;
    },
    figures,
    configure(settings) {
      Object.assign(context, contextSettings(settings, bound));
      warnOfFiles(settings);
    },
    renew: (pair) => secured().renew(pair),
    certify: (id, certificate) => secured().certify(id, certificate),
    async drain({ lingerMs } = { lingerMs: 0 }) {
      if (lingerMs > 0) {
        stopAccepting();
        context.isLeaving = true;
        await Promise.race([Promise.all(clients.values()), sleep(lingerMs, closing.signal)]);
      }
      stopRequests();
      await accepting;
      await Promise.all(clients.values());
    },
    async [Symbol.asyncDispose]() {
      stopRequests();
      for (const wire of clients.keys()) wire.close();
      await accepting;
      await Promise.all(clients.values());
      tlsListener?.abandon();
      deadlines[Symbol.dispose]();
    },
  };
}

function contextSettings(
  settings: ProxySettings,
  bound: FileBound,
): Omit<
  ProxyContext,
  | "routes"
  | "limiter"
  | "suggestions"
  | "figures"
  | "pacer"
  | "deadlines"
  | "onAccess"
  | "onError"
  | "isLeaving"
  | "closing"
> {
  const { domains = [], ownDomains = [], functions = [], root, hideErrors = false } = settings;
  return {
    limits: boundByFiles(completeLimits(settings.limits ?? {}), bound),
    // The longest domain that matches a host wins.
    domains: [...domains].sort((a, b) => b.length - a.length),
    ownDomains: domainPatterns({ ownDomains, functions }),
    root,
    index: settings.index ?? "off",
    hideErrors,
    via: settings.via ?? true,
    compatHealthcheck: settings.compatHealthcheck ?? false,
    isTrusted: trustOf(settings.trustedProxies ?? []),
    rateLimit: settings.rateLimit ?? "none",
  };
}

function describeRefusal(count: number, address: string): string {
  const connections = count === 1 ? "1 connection" : `${count} connections`;
  return `Closed ${connections}, the last one from ${address}: that peer has reached its limit. ` +
    "If it is a proxy for many clients, add it to --trusted-proxies; otherwise raise " +
    "--max-connections-per-peer to allow more";
}

function describeEviction(count: number, maxConnections: number): string {
  return `All ${maxConnections} connections are in use: closed ${count} without a request in ` +
    "flight to accept new ones. Raise --max-connections to allow more";
}

function cannotAccept(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(
    `Cannot accept connections: ${message}. If file descriptors have run out, raise their limit ` +
      "(ulimit -n, LimitNOFILE) or lower --max-connections",
    { cause: error },
  );
}
