import { count, duration, size } from "./number_kinds.ts";
import type { Setting } from "./setting.ts";
import type { Entries } from "./table.ts";

/** Sizes of buffers, which always have a limit. */
const HEAD_BYTES = { min: 64, max: 1024 ** 2 };

const MAX_COUNT = 1_000_000;

const timeout = duration({ min: 1, none: "none" });

const number = count({ min: 1, max: MAX_COUNT, none: "none" });

const maxConnections = {
  name: "maxConnections",
  kind: number,
  default: 16_384,
  summary: "maximum number of client connections (503)",
} satisfies Setting<number>;

const maxInFlight = {
  name: "maxInFlight",
  kind: number,
  default: 4_096,
  summary: "maximum number of in-flight requests of a function (503)",
} satisfies Setting<number>;

/** Limits of the proxy; a client is an IPv4 address or an IPv6 /64. The summary names the status. */
export const LIMIT_SETTINGS = {
  maxHeadBytes: {
    name: "maxHeadSize",
    kind: size(HEAD_BYTES),
    default: 64 * 1024,
    summary: "maximum size of a message head (431)",
  },
  maxTargetBytes: {
    name: "maxTargetSize",
    kind: size(HEAD_BYTES),
    default: 16 * 1024,
    summary: "maximum size of a request target (414)",
  },
  maxFields: {
    name: "maxFields",
    kind: count({ min: 1, max: 8_192 }),
    default: 128,
    summary: "maximum number of header fields of a message (431)",
  },
  maxBodyBytes: {
    name: "maxBodySize",
    kind: size({ none: "none" }),
    default: Infinity,
    summary: "maximum size of a request body (413)",
  },
  headTimeoutMs: {
    name: "headTimeout",
    kind: timeout,
    default: 30_000,
    summary: "timeout for the head of a request, from its first byte (408)",
  },
  idleTimeoutMs: {
    name: "idleTimeout",
    kind: timeout,
    default: 120_000,
    summary: "close a client connection that has no request for this long",
  },
  connectTimeoutMs: {
    name: "connectTimeout",
    kind: timeout,
    default: 5_000,
    summary: "timeout for connecting to a function (502)",
  },
  firstByteTimeoutMs: {
    name: "firstByteTimeout",
    kind: timeout,
    default: 300_000,
    summary: "timeout for the first byte of a response (504)",
  },
  stallTimeoutMs: {
    name: "stallTimeout",
    kind: timeout,
    default: 120_000,
    summary: "how long a client may stall a request or response body (408)",
  },
  waitTimeoutMs: {
    name: "waitTimeout",
    kind: timeout,
    default: 30_000,
    summary: "how long a request may wait for a function to start (503)",
  },
  maxWaiting: {
    name: "maxWaiting",
    kind: count({ min: 1, max: MAX_COUNT }),
    default: 1_024,
    summary: "maximum number of requests that wait for a function (503)",
  },
  maxConnections,
  maxConnectionsPerPeer: {
    name: "maxConnectionsPerPeer",
    kind: number,
    default: shareOf(maxConnections.default),
    defaultText: "a quarter of --max-connections",
    summary: "close connections of one client above this number",
  },
  maxPeerBufferBytes: {
    name: "maxPeerBufferSize",
    kind: size({ none: "none" }),
    default: 64 * 1024 ** 2,
    summary: "maximum growth of the buffers of one client's connections (431)",
  },
  maxInFlight,
  maxInFlightPerPeer: {
    name: "maxInFlightPerPeer",
    kind: number,
    default: shareOf(maxInFlight.default),
    defaultText: "a quarter of --max-in-flight",
    summary: "maximum number of in-flight requests of one client (429)",
  },
} satisfies Entries;

/** Returns the share of one client: a quarter of the whole, and at least 1. */
export function shareOf(whole: number): number {
  return Math.ceil(whole / 4);
}
