/** Counts of connections and requests that a proxy has rejected since it started. */
export interface FrontFigures {
  /** Connections closed at once because their peer had reached its limit. */
  refusedPeers: number;
  /** Connections answered with 503, or closed, because all others were busy. */
  refusedFull: number;
  /** Connections without a complete request head that were closed to accept new ones. */
  evictedUnfinished: number;
  /** Idle connections that were closed to accept new ones. */
  evictedIdle: number;
  /** Requests answered with 429 because their peer had reached its limit of in-flight requests. */
  crowdedRequests: number;
  /** Requests answered with 429 because their client had reached a rate limit. */
  limitedRequests: number;
}

/** Creates figures that are all zero. */
export function createFrontFigures(): FrontFigures {
  return {
    refusedPeers: 0,
    refusedFull: 0,
    evictedUnfinished: 0,
    evictedIdle: 0,
    crowdedRequests: 0,
    limitedRequests: 0,
  };
}
