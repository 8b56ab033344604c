/** Bounds of what a peer may send and how long it may take. */
export interface Limits {
  /** Bytes of a message's head. */
  readonly maxHeadBytes: number;
  /** Bytes of a request's target. */
  readonly maxTargetBytes: number;
  /** Field lines of a message. */
  readonly maxFields: number;
  /** From a head's first byte to its last. */
  readonly headTimeoutMs: number;
  /** Without a request on an open connection. */
  readonly idleTimeoutMs: number;
  /** From a request's head to the first byte of its answer. */
  readonly firstByteTimeoutMs: number;
  /** For a function that is being started. */
  readonly waitTimeoutMs: number;
  /** Requests that wait for one function's start. */
  readonly maxWaiting: number;
}

/** What is taken where nobody says otherwise. */
export const defaultLimits: Limits = {
  maxHeadBytes: 64 * 1024,
  maxTargetBytes: 16 * 1024,
  maxFields: 128,
  headTimeoutMs: 30_000,
  idleTimeoutMs: 120_000,
  firstByteTimeoutMs: 300_000,
  waitTimeoutMs: 30_000,
  maxWaiting: 1_024,
};
