/** Counts of what the front of a proxy has rejected since it started. */
export interface FrontFigures {
  /** Connections closed at once because their peer had its share. */
  refusedPeers: number;
  /** Connections answered with 503, or closed, because all places were taken by busy ones. */
  refusedFull: number;
  /** Connections without a whole request that gave way to new ones. */
  evictedUnfinished: number;
  /** Idle connections that gave way to new ones. */
  evictedIdle: number;
  /** Requests answered with 429 because their client has as many in flight as it may have. */
  crowdedRequests: number;
  /** Requests answered with 429 because their client sent too many in a time. */
  limitedRequests: number;
}

/** Nothing yet. */
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
