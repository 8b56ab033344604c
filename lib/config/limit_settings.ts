import { count, duration, size } from "./number_kinds.ts";
import type { Entries, Setting } from "./setting.ts";

/** Sizes of buffers, which always have a limit. */
const HEAD_BYTES = { min: 64, max: 1024 ** 2 };

const MAX_COUNT = 1_000_000;

const timeout = duration({ min: 1, none: "none" });

const number = count({ min: 1, max: MAX_COUNT, none: "none" });

const maxConnections = {
  name: "maxConnections",
  setBy: ["key", "flag"],
  variables: ["DDSRV_MAX_CONNECTIONS"],
  kind: number,
  default: 16_384,
  summary: "maximum number of client connections (503)",
  live: true,
} satisfies Setting<number>;

const maxInFlight = {
  name: "maxInFlight",
  setBy: ["key", "flag"],
  variables: ["DDSRV_MAX_IN_FLIGHT"],
  kind: number,
  default: 4_096,
  summary: "maximum number of in-flight requests of a function (503)",
  live: true,
} satisfies Setting<number>;

/** Limits of the proxy; a client is an IPv4 address or an IPv6 /64. The summary names the status. */
export const LIMIT_SETTINGS = {
  maxHeadBytes: {
    name: "maxHeadSize",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_HEAD_SIZE"],
    kind: size(HEAD_BYTES),
    default: 64 * 1024,
    summary: "maximum size of a message head (431)",
    live: true,
  },
  maxTargetBytes: {
    name: "maxTargetSize",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_TARGET_SIZE"],
    kind: size(HEAD_BYTES),
    default: 16 * 1024,
    summary: "maximum size of a request target (414)",
    live: true,
  },
  maxFields: {
    name: "maxFields",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_FIELDS"],
    kind: count({ min: 1, max: 8_192 }),
    default: 128,
    summary: "maximum number of header fields of a message (431)",
    live: true,
  },
  maxBodyBytes: {
    name: "maxBodySize",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_BODY_SIZE"],
    kind: size({ none: "none" }),
    default: Infinity,
    summary: "maximum size of a request body (413)",
    live: true,
  },
  headTimeoutMs: {
    name: "headTimeout",
    setBy: ["key", "flag"],
    variables: ["DDSRV_HEAD_TIMEOUT"],
    kind: timeout,
    default: 30_000,
    summary: "timeout for the head of a request, from its first byte (408)",
    live: true,
  },
  idleTimeoutMs: {
    name: "idleTimeout",
    setBy: ["key", "flag"],
    variables: ["DDSRV_IDLE_TIMEOUT"],
    kind: timeout,
    default: 120_000,
    summary: "close a client connection that has no request for this long",
    live: true,
  },
  connectTimeoutMs: {
    name: "connectTimeout",
    setBy: ["key", "flag"],
    variables: ["DDSRV_CONNECT_TIMEOUT"],
    kind: timeout,
    default: 5_000,
    summary: "timeout for connecting to a function (502)",
    live: true,
  },
  firstByteTimeoutMs: {
    name: "firstByteTimeout",
    setBy: ["key", "flag"],
    variables: ["DDSRV_FIRST_BYTE_TIMEOUT"],
    kind: timeout,
    default: 300_000,
    summary: "timeout for the first byte of a response (504)",
    live: true,
  },
  stallTimeoutMs: {
    name: "stallTimeout",
    setBy: ["key", "flag"],
    variables: ["DDSRV_STALL_TIMEOUT"],
    kind: timeout,
    default: 120_000,
    summary: "how long a client may stall a request or response body (408)",
    live: true,
  },
  waitTimeoutMs: {
    name: "waitTimeout",
    setBy: ["key", "flag"],
    variables: ["DDSRV_WAIT_TIMEOUT"],
    kind: timeout,
    default: 30_000,
    summary: "how long a request may wait for a function to start (503)",
    live: true,
  },
  maxWaiting: {
    name: "maxWaiting",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_WAITING"],
    kind: count({ min: 1, max: MAX_COUNT }),
    default: 1_024,
    summary: "maximum number of requests that wait for a function (503)",
    live: true,
  },
  maxConnections,
  maxConnectionsPerPeer: {
    name: "maxConnectionsPerPeer",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_CONNECTIONS_PER_PEER"],
    kind: number,
    default: shareOf(maxConnections.default),
    defaultText: "a quarter of --max-connections",
    summary: "maximum number of connections of one client",
    live: true,
  },
  maxPeerBufferBytes: {
    name: "maxPeerBufferSize",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_PEER_BUFFER_SIZE"],
    kind: size({ none: "none" }),
    default: 64 * 1024 ** 2,
    summary: "maximum extra buffer memory of one client's connections",
    live: true,
  },
  maxInFlight,
  maxInFlightPerPeer: {
    name: "maxInFlightPerPeer",
    setBy: ["key", "flag"],
    variables: ["DDSRV_MAX_IN_FLIGHT_PER_PEER"],
    kind: number,
    default: shareOf(maxInFlight.default),
    defaultText: "a quarter of --max-in-flight",
    summary: "maximum number of in-flight requests of one client (429)",
    live: true,
  },
} satisfies Entries;

/** Returns the share of one client: a quarter of the whole, and at least 1. */
export function shareOf(whole: number): number {
  return Math.ceil(whole / 4);
}
