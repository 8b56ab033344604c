/**
 * Upper bounds of the histogram's buckets in milliseconds. A further bucket counts all longer
 * latencies.
 */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  ...[0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500],
  ...[1_000, 2_500, 5_000, 10_000, 30_000],
];

/** Traffic figures of one function, over all its instances. */
export interface Traffic {
  /** Requests that ended, with or without a response. */
  requests: number;
  /** Requests that failed at the function or at its start: 5xx and incomplete responses. */
  errors: number;
  /** Bytes of request bodies. */
  receivedBytes: number;
  /** Bytes of response bodies. */
  sentBytes: number;
  /** Sum of the times from request head to response head. */
  latencyMs: number;
  /** Requests by that time: one count for each of {@linkcode LATENCY_BOUNDS_MS}, and one more. */
  readonly latencies: number[];
}

/** Figures of one request. */
export interface RequestFigures {
  readonly isError: boolean;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly latencyMs: number;
}

/** Creates figures that are all zero. */
export function createTraffic(): Traffic {
  return {
    requests: 0,
    errors: 0,
    receivedBytes: 0,
    sentBytes: 0,
    latencyMs: 0,
    latencies: new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0),
  };
}

/** Adds a request to the figures of its function. */
export function countRequest(traffic: Traffic, figures: RequestFigures): void {
  traffic.requests++;
  if (figures.isError) traffic.errors++;
  traffic.receivedBytes += figures.receivedBytes;
  traffic.sentBytes += figures.sentBytes;
  traffic.latencyMs += figures.latencyMs;
  let index = 0;
  while (index < LATENCY_BOUNDS_MS.length && figures.latencyMs > LATENCY_BOUNDS_MS[index]!) index++;
  traffic.latencies[index]!++;
}
