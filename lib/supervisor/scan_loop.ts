import { createActivityLog } from "../function/activity_log.ts";
import { createHintQueue } from "../function/hint_queue.ts";
import { mergeSet } from "../function/merge_findings.ts";
import type { Modules } from "../function/revision.ts";
import { scanPace } from "../function/scan_pace.ts";
import { createScanner, type Scan } from "../function/scanner.ts";
import { watchFunctions } from "../function/watch.ts";
import { sleep } from "../system/sleep.ts";
import { steadyNow } from "../system/steady_clock.ts";

/** Options of {@linkcode runScans}. */
export interface ScanLoopOptions {
  readonly functionsDirectory: string;
  /** Names of the files that make a folder a function. */
  readonly entries: readonly string[];
  readonly settleMs: number;
  readonly rescanMs: number;
  /** Maximum number of entries in a folder's whole tree. */
  readonly maxFiles: number;
  readonly modulesOf: (name: string) => Modules | undefined;
  /** Called when a scan begins; returns functions to look at, such as those with new modules. */
  readonly onBegin: () => ReadonlySet<string>;
  readonly onScan: (scan: Scan) => void;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Scans after hints of the watcher, while files keep changing, and every few seconds anyway. */
export interface ScanLoop {
  /** Requests a scan; resolves when a scan that began after this call has ended. */
  readonly scan: () => Promise<void>;
  /** The modules of a function are known now: the watch must follow them. */
  readonly note: (name: string) => void;
  /** Resolves when the signal has aborted and the last scan has ended. */
  readonly ended: Promise<void>;
}

/** Events come in bursts; a scan waits this long for the rest of one. */
const BURST_MS = 15;

/** After a scan of all folders, events cause another one after this many times its duration. */
const PAUSE_FACTOR = 2;

/** Maximum time until the watch follows new modules; checks end in bursts, too. */
const FOLLOW_MS = 500;

/** Starts scanning and watching until the signal aborts. */
export function runScans(options: ScanLoopOptions): ScanLoop {
  const { functionsDirectory, signal, onWarning, rescanMs } = options;
  const log = createActivityLog();
  const scanner = createScanner({ ...options, log, wallNow: Date.now });
  const queue = createHintQueue(BURST_MS);
  let asked: (() => void)[] = [];
  let wake = new AbortController();
  let isMissing = false;
  /** Time of the next full scan, and the earliest time of one that an event causes. */
  let [fullAtMs, earliestFullAtMs] = [0, 0];
  /** Folders that change without events, and time of their next scan. */
  const uncovered = new Set<string>();
  let uncoveredAtMs = Infinity;
  /** Names from {@linkcode ScanLoopOptions.onBegin} that no scan has looked at yet. */
  let requested: ReadonlySet<string> = new Set();
  let noted = new Set<string>();
  let notedAtMs = Infinity;
  /** Events report changes of the functions directory itself. */
  let isLocal = false;

  /** Scans all folders, or those with events and others. */
  async function scanOnce(
    only: ReadonlySet<string> | undefined,
    others: ReadonlySet<string>,
  ): Promise<void> {
    requested = requested.union(options.onBegin());
    let scan: Scan;
    try {
      scan = await scanner.scan(steadyNow(), only, { others: others.union(requested) });
    } catch (error) {
      if (!isMissing) {
        onWarning(
          `Cannot read "${functionsDirectory}": ${
            (error as Error).message
          }. Functions keep running. ` +
            `Restore the directory, or stop ddsrv`,
        );
      }
      isMissing = true;
      // Try again soon.
      isLocal = false;
      return;
    }
    if (signal.aborted) return;
    if (isMissing) onWarning(`"${functionsDirectory}" is readable again`);
    isMissing = false;
    requested = new Set();
    const { names, watched } = scan;
    isLocal = scan.isLocal;
    options.onScan(scan);
    const nowMs = performance.now();
    for (const [name, tookMs] of scan.tookMs) queue.charge(name, { nowMs, tookMs });
    const notBeforeMs = (scan.retryAtMs ?? 0) - performance.timeOrigin;
    for (const name of scan.unsettled) queue.add(name, { nowMs, notBeforeMs });
    await watch.follow(watched, names);
    mergeSet(uncovered, scan.uncovered, names);
    for (const name of watched.keys()) if (!watch.isWatched(name)) uncovered.add(name);
  }

  /** Returns the folders that need a scan without an event. */
  async function takeOthers(nowMs: number): Promise<ReadonlySet<string>> {
    const others = nowMs >= notedAtMs ? noted : new Set<string>();
    if (nowMs >= notedAtMs) [noted, notedAtMs] = [new Set(), Infinity];
    if (nowMs < uncoveredAtMs) return others;
    // Nothing else reports a new mount.
    return others.union(uncovered).union(await scanner.mounted());
  }

  async function loop(): Promise<void> {
    let tookMs = 0;
    while (!signal.aborted) {
      wake = new AbortController();
      const answered = asked;
      asked = [];
      const startedMs = performance.now();
      const taken = queue.take(startedMs);
      const isFull = answered.length > 0 || startedMs >= fullAtMs;
      if (isFull) fullAtMs = Infinity;
      const others = isFull ? uncovered : await takeOthers(startedMs);
      if (isFull || taken.size + others.size > 0) {
        await scanOnce(isFull ? undefined : taken, others);
      }
      const endedMs = performance.now();
      if (isFull) tookMs = endedMs - startedMs;
      const pace = scanPace({ rescanMs, isWatched: isLocal && watch.isOpen(), tookMs });
      if (isFull) {
        earliestFullAtMs = endedMs + PAUSE_FACTOR * tookMs;
        fullAtMs = Math.max(fullAtMs, earliestFullAtMs);
      }
      fullAtMs = Math.min(fullAtMs, endedMs + pace.fullMs);
      if (isFull || startedMs >= uncoveredAtMs) uncoveredAtMs = endedMs + pace.uncoveredMs;
      answered.forEach((resolve) => resolve());
      if (asked.length > 0) continue;
      const pauseMs = Math.min(fullAtMs, queue.nextAtMs(), uncoveredAtMs, notedAtMs) -
        performance.now();
      await sleep(Math.max(1, pauseMs), AbortSignal.any([signal, wake.signal]));
    }
    asked.forEach((resolve) => resolve());
  }

  const watch = watchFunctions(functionsDirectory, {
    signal,
    log,
    onHint(names) {
      const nowMs = performance.now();
      if (names === "all") {
        fullAtMs = Math.min(fullAtMs, Math.max(nowMs + BURST_MS, earliestFullAtMs));
      } else for (const name of names) queue.add(name, { nowMs });
      wake.abort();
    },
    onWarning,
    isCalm: () => isLocal,
  });
  const looping = loop();
  return {
    scan: () =>
      new Promise((resolve) => {
        asked.push(resolve);
        wake.abort();
      }),
    note(name) {
      noted.add(name);
      if (notedAtMs !== Infinity) return;
      notedAtMs = performance.now() + FOLLOW_MS;
      wake.abort();
    },
    ended: Promise.all([watch.ended, looping]).then(() => {}),
  };
}
