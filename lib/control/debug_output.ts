import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";
import { encodeStream } from "./run_frames.ts";

/** Receives a line of an instance. */
export type OnLine = (stream: StreamName, line: OutputLine) => void;

/** The function's log, as the debug instance writes to it. */
export interface DebugLog {
  /** Adds a line of the instance, marked. */
  readonly line: OnLine;
  /** Adds a sentence about the instance. */
  readonly mark: (text: string) => void;
}

/** Begins lines of the instance in the function's log, which are between those of others. */
const MARK = "[debug] ";

/** Output that waits for a client which does not read; the rest is only in the log. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Marks the lines of a debug instance; the parts of a long line have one mark. */
export function markDebugLines(write: OnLine): DebugLog {
  const isWithin = { stdout: false, stderr: false };
  return {
    line(stream, line) {
      const text = isWithin[stream] ? line.text : MARK + line.text;
      isWithin[stream] = line.isPartial;
      write(stream, { ...line, text });
    },
    mark: (text) => write("stderr", { text: `ddsrv: ${text}`, isPartial: false }),
  };
}

/** Sends the lines of a debug instance as frames; skips those that the client does not read in time. */
export function sendDebugLines(
  { waitingBytes, send }: {
    /** Returns the number of bytes that the client has not read. */
    readonly waitingBytes: () => number;
    readonly send: (frame: Uint8Array) => void;
  },
): OnLine {
  let skipped = 0;
  const write = (stream: StreamName, text: string): void =>
    encodeStream(stream, new TextEncoder().encode(text)).forEach(send);
  return (stream, { text, isPartial }) => {
    if (waitingBytes() > MAX_WAITING_BYTES) {
      skipped++;
      return;
    }
    if (skipped > 0) write("stderr", `ddsrv: ${skipped} lines are only in the log\n`);
    skipped = 0;
    write(stream, isPartial ? text : `${text}\n`);
  };
}
