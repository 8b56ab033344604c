/**
 * Upper bounds of the latencies that are counted together, in milliseconds; what took longer than
 * the last one is counted behind it.
 */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  ...[0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500],
  ...[1_000, 2_500, 5_000, 10_000, 30_000],
];

/** What passed between clients and one function, over all its instances. */
export interface Traffic {
  /** Requests that were answered, or came to nothing. */
  requests: number;
  /** Those of them that the function, or its start, is to blame for: 5xx, and answers cut short. */
  errors: number;
  /** Bytes of requests' bodies. */
  receivedBytes: number;
  /** Bytes of answers' bodies. */
  sentBytes: number;
  /** From a request's head to that of its answer, in all. */
  latencyMs: number;
  /** Requests by that time: one count for each of {@linkcode LATENCY_BOUNDS_MS}, and one behind. */
  readonly latencies: number[];
}

/** One request, as far as it is counted. */
export interface RequestFigures {
  readonly isError: boolean;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly latencyMs: number;
}

/** Nothing yet. */
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

/** Counts a request. */
export function countRequest(traffic: Traffic, figures: RequestFigures): void {
  traffic.requests++;
  if (figures.isError) traffic.errors++;
  traffic.receivedBytes += figures.receivedBytes;
  traffic.sentBytes += figures.sentBytes;
  traffic.latencyMs += figures.latencyMs;
  let place = 0;
  while (place < LATENCY_BOUNDS_MS.length && figures.latencyMs > LATENCY_BOUNDS_MS[place]!) place++;
  traffic.latencies[place]!++;
}
