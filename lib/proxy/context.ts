import type { HostPattern } from "../config/host_pattern.ts";
import type { IndexAudience } from "../config/index_audience.ts";
import type { Limits } from "../config/limits.ts";
import type { RateLimit } from "../config/rate_limit.ts";
import type { AccessRecord } from "./access_log.ts";
import type { ConnectionSlot } from "./connection_table.ts";
import type { Deadline, Deadlines } from "./deadline.ts";
import type { FrontFigures } from "./front_figures.ts";
import type { IsTrusted, Peer } from "./peer.ts";
import type { Pacer } from "./pacer.ts";
import type { PeerAccount } from "./peer_table.ts";
import type { RateLimiter } from "./rate_limiter.ts";
import type { RouteTable } from "./route_table.ts";
import type { Suggestions } from "./suggestions.ts";
import type { Tally } from "./tally.ts";
import type { Wire } from "./http1/wire.ts";

/** State and settings of a proxy, shared by all its clients. */
export interface ProxyContext {
  readonly routes: RouteTable;
  readonly limits: Limits;
  /** Domains whose subdomains name functions, in lower case. */
  readonly domains: readonly string[];
  /** Hosts that functions may have, whether one has them or not. */
  readonly ownDomains: readonly HostPattern[];
  /** The function that gets requests whose path names no function. */
  readonly root: string | undefined;
  /** Who gets a list of functions at `/`, and suggestions for unknown names. */
  readonly index: IndexAudience;
  readonly suggestions: Suggestions;
  /** Responses to clients contain the title of a fault only. */
  readonly hideErrors: boolean;
  /** Requests with `X-Graphand-Healthcheck: true` get 200 OK from the proxy. */
  readonly compatHealthcheck: boolean;
  /** The proxy adds `Via` to forwarded requests and responses. */
  readonly via: boolean;
  /** Rate limit of each client, over all functions. */
  readonly rateLimit: RateLimit;
  readonly limiter: RateLimiter;
  /** Peers whose `X-Forwarded-For` the proxy trusts. */
  readonly isTrusted: IsTrusted;
  readonly figures: FrontFigures;
  readonly pacer: Pacer;
  readonly deadlines: Deadlines;
  /** Receives a record of each request, if there is an access log. */
  readonly onAccess: ((record: AccessRecord) => void) | undefined;
  /** Receives unexpected errors: bugs of the proxy. */
  readonly onError: (error: unknown) => void;
  /** Connections are kept for one more request each: another process accepts new ones. */
  readonly isLeaving: boolean;
  /** Aborts when the proxy stops taking requests. */
  readonly closing: AbortSignal;
}

/** Time limits of a client's connection. They may run at the same time. */
export interface ClientDeadlines {
  /** Limit for the client to send bytes. */
  readonly read: Deadline;
  /** Limit for the client to receive bytes. */
  readonly write: Deadline;
  /** Limit for the function's response to start. */
  readonly answer: Deadline;
}

/** One client's connection. */
export interface Client {
  readonly wire: Wire;
  readonly peer: Peer;
  /** Resources in use by its peer, over all connections of the peer. */
  readonly account: PeerAccount;
  /** Its entry in the table of connections. */
  readonly slot: ConnectionSlot;
  readonly deadlines: ClientDeadlines;
  /** Figures of the current request. */
  readonly tally: Tally;
  readonly context: ProxyContext;
  /** Set for one stream of a connection with HTTP/2. */
  readonly http2?: Http2Request;
}

/** Properties of an HTTP/2 request that its HTTP/1.1 form does not show. */
export interface Http2Request {
  /** It asks for a tunnel by CONNECT (RFC 8441). */
  readonly isTunnel: boolean;
  /** Returns the status that the client was sent; 0 before that. */
  readonly sentStatus: () => number;
}
