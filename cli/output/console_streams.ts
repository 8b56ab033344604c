import { type AsyncWriter, createAsyncWriter } from "./async_writer.ts";
import { cutToWidth } from "./cut_to_width.ts";

/** Where `serve` writes: lines, and a last line that is always behind them. */
export interface ConsoleStreams {
  /** Takes whole lines, with their ends. */
  readonly out: (lines: string) => void;
  /** Takes whole lines, with their ends. */
  readonly error: (lines: string) => void;
  /** What stands below all lines on a terminal, without an end; an empty text takes it away. */
  readonly footer: (text: string) => void;
  /** Resolves when all is written. */
  readonly flush: () => Promise<void>;
}

/** What {@linkcode createConsoleStreams} writes to. */
export interface ConsoleStreamsOptions {
  readonly stdout: WritableEnd;
  readonly stderr: WritableEnd;
  /** Both lead to one place, so that lines of one must not come within lines of the other. */
  readonly isOnePlace: boolean;
  /** Columns of the terminal that standard error is, or `undefined` when it is none. */
  readonly columns: () => number | undefined;
}

/** A stream that takes some bytes at a time. */
export interface WritableEnd {
  readonly write: (bytes: Uint8Array) => Promise<number>;
}

const CLEAR_LINE = "\r\x1b[K";

/** Streams of a process that goes on serving whether anybody reads them or not. */
export function createConsoleStreams(options: ConsoleStreamsOptions): ConsoleStreams {
  const error = createAsyncWriter(options.stderr);
  const out: AsyncWriter = options.isOnePlace ? error : createAsyncWriter(options.stdout);
  let footer = "";

  function writeAbove(lines: string): void {
    const cleared = footer === "" ? "" : CLEAR_LINE;
    error.write(cleared + lines + fitted());
  }

  function fitted(): string {
    const columns = options.columns();
    return columns === undefined ? "" : cutToWidth(footer, columns - 1);
  }

  return {
    out: (lines) => options.isOnePlace ? writeAbove(lines) : out.write(lines),
    error: writeAbove,
    footer(text) {
      if (text === footer || options.columns() === undefined) return;
      const cleared = footer === "" ? "" : CLEAR_LINE;
      footer = text;
      error.write(cleared + fitted());
    },
    async flush() {
      await Promise.all([out.flush(), error.flush()]);
    },
  };
}

/** Whether two open files of this process are one and the same, or one terminal. */
export function isOneFile(first: number, second: number): boolean {
  try {
    const [a, b] = [first, second].map((fd) => Deno.statSync(`/proc/self/fd/${fd}`));
    return a!.dev === b!.dev && a!.ino === b!.ino;
  } catch {
    return false;
  }
}
