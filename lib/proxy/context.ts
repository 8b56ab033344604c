import type { Limits } from "../config/limits.ts";
import type { RateLimit } from "../config/rate_limit.ts";
import type { AccessRecord } from "./access_log.ts";
import type { ConnectionSlot } from "./connection_table.ts";
import type { Deadline } from "./deadline.ts";
import type { FrontFigures } from "./front_figures.ts";
import type { IsTrusted, Peer } from "./peer.ts";
import type { PeerAccount } from "./peer_table.ts";
import type { RateLimiter } from "./rate_limiter.ts";
import type { RouteTable } from "./route_table.ts";
import type { Tally } from "./tally.ts";
import type { Wire } from "./http1/wire.ts";

/** What all clients of a proxy are served with. */
export interface ProxyContext {
  readonly routes: RouteTable;
  readonly limits: Limits;
  /** Domains whose subdomains name functions, in lower case. */
  readonly domains: readonly string[];
  /** Clients are told no more of a fault than its kind. */
  readonly hideErrors: boolean;
  /** Requests of one client, at all functions together. */
  readonly rateLimit: RateLimit;
  readonly limiter: RateLimiter;
  /** Peers whose `X-Forwarded-For` the proxy trusts. */
  readonly isTrusted: IsTrusted;
  /** Counts of what was turned away. */
  readonly figures: FrontFigures;
  /** Told of every request, where somebody wants to know. */
  readonly onAccess: ((record: AccessRecord) => void) | undefined;
  /** Told of a fault of our own. */
  readonly onError: (error: unknown) => void;
  /** Aborts when no further request is to be taken up. */
  readonly closing: AbortSignal;
}

/** What a client's connection is waited for, each by itself: they may run at the same time. */
export interface ClientDeadlines {
  /** For bytes from the client. */
  readonly read: Deadline;
  /** For the client to take bytes. */
  readonly write: Deadline;
  /** For the function's answer to begin. */
  readonly answer: Deadline;
}

/** One client's connection. */
export interface Client {
  readonly wire: Wire;
  readonly peer: Peer;
  /** All that its peer has, over all of that one's connections. */
  readonly account: PeerAccount;
  /** Its place among all connections. */
  readonly slot: ConnectionSlot;
  readonly deadlines: ClientDeadlines;
  /** What becomes of the request that is being answered. */
  readonly tally: Tally;
  readonly context: ProxyContext;
}
