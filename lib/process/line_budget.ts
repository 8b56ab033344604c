import type { OutputLine, StreamName } from "./lines.ts";
import { createNewestLines, type NewestBounds, type NewestLines } from "./newest_lines.ts";

/** A line of one of the streams, with the time when it was read, in milliseconds since 1970. */
export type ReadLine = OutputLine & { readonly stream: StreamName; readonly atMs: number };

/** Limits the output of a process, so that it cannot delay others. Times are of one clock. */
export interface LineBudget {
  /**
   * Returns true if no line is dropped now, so that the caller must wait for a receiver that is
   * behind: in the first second of the output, and always without a limit.
   */
  readonly isPatient: (nowMs: number) => boolean;
  /** Returns the lines to forward now, in their order. */
  readonly admit: (line: ReadLine, nowMs: number) => readonly ReadLine[];
  /** Time when {@linkcode flush} is due; `undefined` if no line waits. */
  readonly dueMs: number | undefined;
  /** Returns the report of dropped lines, if there are any, and the lines that wait. */
  readonly flush: () => readonly ReadLine[];
}

const PERIOD_MS = 1_000;

/** A line counts once for each so many UTF-16 units. */
const UNITS_PER_LINE = 1_024;

/** Bounds of the newest lines of a stream, such as the stack of a crash. */
const MIN_NEWEST = 100;
const MAX_NEWEST = 1_000;
const NEWEST_UNITS = 64 * 1024;

/** Stands for parts of a line that were dropped. */
const CUT = "…";

/** A line with its place among all lines of the process. */
type PlacedLine = ReadLine & { readonly place: number };

/** State of one stream. */
interface Stream {
  readonly waiting: NewestLines<PlacedLine>;
  /** The last forwarded line has further parts. */
  isBegun: boolean;
  /** Such parts were dropped. */
  isCutOff: boolean;
  /** The next line lacks its beginning, which was dropped. */
  isHeadless: boolean;
  lastDropped: PlacedLine | undefined;
}

/**
 * Creates the budget of a process. Each second, it forwards the first `maxLines` lines at once, and
 * the newest of the others at the end of that second or of the process. These are the newest ones of
 * each stream: the pipe of a flood is read later than what the process writes to the other one at
 * the same time. A line in between is dropped and counted. `maxLines` is Infinity for no limit.
 */
export function createLineBudget(
  maxLines: number,
  newest: NewestBounds = {
    lines: Math.min(MAX_NEWEST, Math.max(MIN_NEWEST, maxLines)),
    units: NEWEST_UNITS,
  },
): LineBudget {
  const streams = { stdout: openStream(newest), stderr: openStream(newest) };
  const both = Object.values(streams);
  let firstMs: number | undefined;
  let periodMs = -Infinity;
  let spent = 0;
  let dropped = 0;
  let place = 0;

  function isPatient(nowMs: number): boolean {
    return maxLines === Infinity || firstMs === undefined || nowMs - firstMs < PERIOD_MS;
  }

  function forward({ text, isPartial, stream, atMs }: ReadLine): ReadLine {
    const state = streams[stream];
    const beginning = state.isHeadless ? CUT : "";
    state.isHeadless = false;
    state.isBegun = isPartial;
    return { text: beginning + text, isPartial, stream, atMs };
  }

  function drop(line: PlacedLine): void {
    const state = streams[line.stream];
    dropped++;
    state.lastDropped = line;
    state.isCutOff ||= state.isBegun;
    state.isBegun = false;
    state.isHeadless = line.isPartial;
  }

  function flush(): readonly ReadLine[] {
    const lines = both.flatMap(({ waiting }) => waiting.takeAll());
    if (dropped === 0) return inOrder(lines).map(forward);
    const last = inOrder(both.flatMap((one) => one.lastDropped ?? [])).at(-1)!;
    const text = `ddsrv: ${dropped} lines were dropped: the limit is ${maxLines} lines a second ` +
      "(logRate)";
    const own = new Set([...both.flatMap(endOf), { ...last, text, isPartial: false }]);
    dropped = 0;
    for (const one of both) {
      one.lastDropped = undefined;
      one.isCutOff = false;
    }
    return inOrder([...own, ...lines]).map((line) =>
      own.has(line) ? withoutPlace(line) : forward(line)
    );
  }

  return {
    isPatient,
    admit(line, nowMs) {
      firstMs ??= nowMs;
      if (isPatient(nowMs)) return [forward(line)];
      let flushed: readonly ReadLine[] = [];
      if (nowMs - periodMs >= PERIOD_MS) {
        flushed = flush();
        periodMs = nowMs;
        spent = 0;
      }
      if (spent >= maxLines) {
        streams[line.stream].waiting.push({ ...line, place: place++ }).forEach(drop);
        return flushed;
      }
      spent += Math.max(1, Math.ceil(line.text.length / UNITS_PER_LINE));
      return [...flushed, forward(line)];
    },
    get dueMs() {
      return both.every(({ waiting }) => waiting.size === 0) ? undefined : periodMs + PERIOD_MS;
    },
    flush,
  };
}

function openStream(newest: NewestBounds): Stream {
  return {
    waiting: createNewestLines(newest),
    isBegun: false,
    isCutOff: false,
    isHeadless: false,
    lastDropped: undefined,
  };
}

/** Ends a line whose other parts were dropped: a reader would join it with the next one. */
function endOf({ isCutOff, lastDropped }: Stream): readonly PlacedLine[] {
  return isCutOff ? [{ ...lastDropped!, text: CUT, isPartial: false }] : [];
}

function inOrder(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  return lines.toSorted((a, b) => a.place - b.place);
}

function withoutPlace({ text, isPartial, stream, atMs }: ReadLine): ReadLine {
  return { text, isPartial, stream, atMs };
}
