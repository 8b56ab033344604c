import type { LogRecord } from "../logs/log_record.ts";
import { openSource, type Source } from "../logs/log_source.ts";
import { sleep } from "../system/sleep.ts";
import type { StreamEvent } from "./event_stream.ts";
import { type LogPart, parseLogText } from "./log_text.ts";

/** A log line for the page. */
export interface LogLine {
  readonly time: string;
  readonly isError: boolean;
  readonly parts: readonly LogPart[];
}

/** Past lines on the page, and new lines in one event: a function can write faster than this. */
export const PAST_LINES = 200;
const MAX_NEW_LINES = 300;

const POLL_MS = 500;

/** Reads the last lines of a function's log, which need not exist. */
export async function readPastLines(directory: string, name: string): Promise<LogLine[]> {
  using source = open(directory, { name, isFollowed: false });
  return await lastLines(source.past());
}

/**
 * Returns the past lines as an event `past`, then new lines as events `lines`, with the number of
 * those that were left out.
 */
export async function* logEvents(
  directory: string,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): AsyncGenerator<StreamEvent> {
  using source = open(directory, { name, isFollowed: true });
  yield { event: "past", data: { lines: await lastLines(source.past()) } };
  while (!signal.aborted) {
    let skipped = 0;
    let lines: LogRecord[] = [];
    for await (const batch of source.added()) {
      lines = lines.concat(batch);
      skipped += Math.max(0, lines.length - MAX_NEW_LINES);
      lines = lines.slice(-MAX_NEW_LINES);
    }
    if (lines.length > 0) yield { event: "lines", data: { lines: lines.map(lineOf), skipped } };
    await sleep(POLL_MS, signal);
  }
}

function open(
  directory: string,
  { name, isFollowed }: { readonly name: string; readonly isFollowed: boolean },
): Source {
  return openSource(name, {
    directory,
    selection: {},
    count: PAST_LINES,
    isFollowed,
    onProblem: (_, error) => {
      throw error;
    },
    onForeign: () => {},
  });
}

async function lastLines(batches: AsyncIterable<LogRecord[]>): Promise<LogLine[]> {
  let records: LogRecord[] = [];
  for await (const batch of batches) records = [...records, ...batch].slice(-PAST_LINES);
  return records.map(lineOf);
}

function lineOf({ time, stream, text, isPartial }: LogRecord): LogLine {
  return {
    time,
    isError: stream === "stderr",
    parts: parseLogText(isPartial ? `${text}…` : text),
  };
}
