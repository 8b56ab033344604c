/** Bounds of what a peer of the proxy may send, and of how long it may take. */
export interface Limits {
  /** Bytes of a message's head. */
  readonly maxHeadBytes: number;
  /** Bytes of a request's target. */
  readonly maxTargetBytes: number;
  /** Field lines of a message. */
  readonly maxFields: number;
  /** Bytes of a request's body, without what chunks add. */
  readonly maxBodyBytes: number;
  /** From a head's first byte to its last. */
  readonly headTimeoutMs: number;
  /** Without a request on an open connection. */
  readonly idleTimeoutMs: number;
  /** Until a function accepts a connection. */
  readonly connectTimeoutMs: number;
  /** From a whole request to the first byte of its answer. */
  readonly firstByteTimeoutMs: number;
  /** Of a client that sends nothing of a body, or takes nothing of an answer. */
  readonly stallTimeoutMs: number;
  /** For a function that is being started. */
  readonly waitTimeoutMs: number;
  /** Requests that wait for one function's start. */
  readonly maxWaiting: number;
  /** Clients' connections in all. */
  readonly maxConnections: number;
  /** Of them, those of one peer: an IPv4 address, or an IPv6 network of 64 bits. */
  readonly maxConnectionsPerPeer: number;
  /** Bytes that the buffers of one peer's connections may grow by, beyond their first size. */
  readonly maxPeerBufferBytes: number;
  /** Requests that one instance answers at the same time, tunnels included. */
  readonly maxInFlight: number;
  /** Requests of one peer that all functions together answer at the same time. */
  readonly maxInFlightPerPeer: number;
}

/** Limits whose default is a fraction of another limit. */
export const SHARES = {
  maxConnectionsPerPeer: "maxConnections",
  maxInFlightPerPeer: "maxInFlight",
} as const satisfies Partial<Record<keyof Limits, keyof Limits>>;

/** One of that many parts. */
const PARTS = 4;

const base: Omit<Limits, keyof typeof SHARES> = {
  maxHeadBytes: 64 * 1024,
  maxTargetBytes: 16 * 1024,
  maxFields: 128,
  maxBodyBytes: Infinity,
  headTimeoutMs: 30_000,
  idleTimeoutMs: 120_000,
  connectTimeoutMs: 5_000,
  firstByteTimeoutMs: 300_000,
  stallTimeoutMs: 120_000,
  waitTimeoutMs: 30_000,
  maxWaiting: 1_024,
  maxConnections: 16_384,
  maxPeerBufferBytes: 64 * 1024 ** 2,
  maxInFlight: 4_096,
};

/** Defaults of the limits. */
export const defaultLimits: Limits = completeLimits({});

/**
 * All limits, from those that somebody gave. Where a peer's share is left out, it is a quarter of
 * the whole.
 *
 * @example
 * ```ts
 * import { completeLimits } from "./limits.ts";
 * completeLimits({ maxConnections: 1000 }).maxConnectionsPerPeer; // 250
 * ```
 */
export function completeLimits(given: Partial<Limits>): Limits {
  const wholes = { ...base, ...given };
  return {
    ...wholes,
    maxConnectionsPerPeer: given.maxConnectionsPerPeer ?? shareOf(wholes.maxConnections),
    maxInFlightPerPeer: given.maxInFlightPerPeer ?? shareOf(wholes.maxInFlight),
  };
}

/** A quarter of something, and at least one. */
export function shareOf(whole: number): number {
  return Math.ceil(whole / PARTS);
}
