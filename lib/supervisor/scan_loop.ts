import type { Modules } from "../function/revision.ts";
import { createScanner, type Scan } from "../function/scanner.ts";
import { watchFunctions } from "../function/watch.ts";
import { sleep } from "../system/sleep.ts";

/** How {@linkcode runScans} works. */
export interface ScanLoopOptions {
  readonly functionsDirectory: string;
  readonly quietMs: number;
  readonly rescanMs: number;
  readonly modulesOf: (name: string) => Modules | undefined;
  /** A scan begins; what it goes by is what holds now. */
  readonly onBegin: () => void;
  readonly onScan: (scan: Scan) => void;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Scans on hints, when something was not at rest, and every few seconds anyway. */
export interface ScanLoop {
  /** Asks for a scan, and resolves when one that began after this call is done. */
  readonly scan: () => Promise<void>;
  /** Resolves when the signal has aborted and all has ended. */
  readonly ended: Promise<void>;
}

/** Events come in bursts; this long is waited for the rest of one. */
const BURST_MS = 15;

/** Starts scanning and watching until the signal aborts. */
export function runScans(options: ScanLoopOptions): ScanLoop {
  const { functionsDirectory, signal, onWarning, rescanMs } = options;
  const scanner = createScanner(options);
  let asked: (() => void)[] = [];
  let wake = new AbortController();
  let isMissing = false;

  async function scanOnce(): Promise<number> {
    options.onBegin();
    let scan: Scan;
    try {
      scan = await scanner.scan(Date.now());
    } catch (error) {
      if (!isMissing) {
        onWarning(
          `Cannot read "${functionsDirectory}": ${(error as Error).message}. What runs goes on; ` +
            `bring the directory back, or stop ddsrv`,
        );
      }
      isMissing = true;
      return rescanMs;
    }
    if (signal.aborted) return rescanMs;
    if (isMissing) onWarning(`"${functionsDirectory}" can be read again`);
    isMissing = false;
    options.onScan(scan);
    return Math.min(rescanMs, Math.max(1, (scan.retryAtMs ?? Infinity) - Date.now()));
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      wake = new AbortController();
      const answered = asked;
      asked = [];
      const pauseMs = await scanOnce();
      answered.forEach((resolve) => resolve());
      if (asked.length > 0) continue;
      await sleep(pauseMs, AbortSignal.any([signal, wake.signal]));
      if (wake.signal.aborted) await sleep(BURST_MS, signal);
    }
    asked.forEach((resolve) => resolve());
  }

  const watching = watchFunctions(functionsDirectory, {
    signal,
    onHint: () => wake.abort(),
    onWarning,
  });
  const looping = loop();
  return {
    scan: () =>
      new Promise((resolve) => {
        asked.push(resolve);
        wake.abort();
      }),
    ended: Promise.all([watching, looping]).then(() => {}),
  };
}
