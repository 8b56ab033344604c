import { sleep } from "../system/sleep.ts";
import { lineTurns } from "./line_turns.ts";
import { createLineBudget, type ReadLine } from "./line_budget.ts";
import {
  createLineSplitter,
  type LineReceiver,
  type OutputLine,
  type StreamName,
} from "./lines.ts";
import { type FinishLimits, readStream } from "./read_stream.ts";

/** Options of {@linkcode readLines}. */
export interface ReadLinesOptions {
  /** Maximum lines a second, see {@linkcode createLineBudget}. */
  readonly logRate: number;
  readonly onLine: LineReceiver;
  /** Returns milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/** Output of a process while it is read. */
export interface OutputReading {
  /** Call it when the process has exited. Resolves when `onLine` has all lines. */
  readonly finish: (limits: FinishLimits) => Promise<void>;
}

/** Bytes that are split into lines at a time: a read may bring 65,536 empty lines. */
const PIECE_BYTES = 4 * 1024;

/** Interval of looks at whether a receiver that is behind still counts. */
const PATIENCE_MS = 100;

/**
 * Passes on the lines of both streams of a process, in the order in which they are read, and with
 * the time of that. While no line may be dropped, a receiver that is behind delays the next read, so
 * that the process waits; after the exit, it delays nothing.
 */
export function readLines(
  streams: Readonly<Record<StreamName, ReadableStream<Uint8Array>>>,
  { logRate, onLine, now = () => performance.now() }: ReadLinesOptions,
): OutputReading {
  const budget = createLineBudget(logRate);
  const exited = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function pass(lines: readonly ReadLine[]): Promise<void> | undefined {
    let behind: Promise<void> | undefined;
    for (const { stream, ...line } of lines) behind = onLine(stream, line) ?? behind;
    return behind;
  }

  function flush(): void {
    timer = undefined;
    pass(budget.flush());
  }

  async function waitFor(behind: Promise<void>): Promise<void> {
    let isBehind = true;
    const ready = behind.finally(() => isBehind = false);
    while (isBehind && !exited.signal.aborted && budget.isPatient(now())) {
      await Promise.race([ready, sleep(PATIENCE_MS, exited.signal)]);
    }
  }

  async function deliver(stream: StreamName, lines: readonly OutputLine[]): Promise<void> {
    for (const line of lines) {
      // Let requests and other functions have their turn.
      const turn = lineTurns.enter();
      if (turn !== undefined) await turn;
      const nowMs = now();
      const behind = pass(budget.admit({ ...line, stream, atMs: Date.now() }, nowMs));
      if (behind !== undefined && budget.isPatient(nowMs)) await waitFor(behind);
    }
    if (timer !== undefined || budget.dueMs === undefined) return;
    timer = setTimeout(flush, Math.max(0, budget.dueMs - now()));
  }

  const readings = (["stdout", "stderr"] as const).map((name) => {
    const splitter = createLineSplitter();
    const reading = readStream(streams[name], async (bytes) => {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        await deliver(name, splitter.push(bytes.subarray(at, at + PIECE_BYTES)));
      }
    });
    return { reading, end: () => deliver(name, splitter.end()) };
  });
  return {
    async finish(limits) {
      exited.abort();
      await Promise.all(readings.map(async ({ reading, end }) => {
        await reading.finish(limits);
        await end();
      }));
      clearTimeout(timer);
      pass(budget.flush());
    },
  };
}
