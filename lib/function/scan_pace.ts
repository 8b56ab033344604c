/** When the functions directory is scanned without a reason. */
export interface ScanPace {
  /** Pause before the next scan of all folders. */
  readonly fullMs: number;
  /** Pause before the next scan of the folders that events do not cover; infinite if there is none. */
  readonly uncoveredMs: number;
}

/** Options of {@linkcode scanPace}. */
export interface ScanPaceOptions {
  /** Interval of scans without events. */
  readonly rescanMs: number;
  /** The functions directory is on a local file system and is watched. */
  readonly isWatched: boolean;
  /** Duration of the last scan of all folders. */
  readonly tookMs: number;
}

/** Where events report changes, scans only find those that the kernel does not report. */
const FACTOR = 10;

/** A pause is this many times as long as the scan: scans take at most a quarter of a percent. */
const SHARE = 400;
const MAX_PAUSE_MS = 120_000;

/**
 * Returns the pauses until the next scans.
 *
 * @example
 * ```ts
 * import { scanPace } from "./scan_pace.ts";
 * scanPace({ rescanMs: 3_000, isWatched: true, tookMs: 5 }); // { fullMs: 30_000, uncoveredMs: 3_000 }
 * ```
 */
export function scanPace({ rescanMs, isWatched, tookMs }: ScanPaceOptions): ScanPace {
  if (!isWatched) return { fullMs: rescanMs, uncoveredMs: Infinity };
  const shareMs = Math.min(MAX_PAUSE_MS, SHARE * tookMs);
  return { fullMs: Math.max(FACTOR * rescanMs, shareMs), uncoveredMs: rescanMs };
}
