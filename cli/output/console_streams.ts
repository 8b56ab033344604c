import { type AsyncWriter, createAsyncWriter } from "./async_writer.ts";
import { cutToWidth } from "./cut_to_width.ts";

/** Output streams of `serve`, with a footer below all lines on a terminal. */
export interface ConsoleStreams {
  /** Writes whole lines, with line feeds. */
  readonly out: (lines: string) => void;
  /** Writes whole lines, with line feeds. */
  readonly error: (lines: string) => void;
  /** Shows one line, without a line feed, below all others on a terminal; empty removes it. */
  readonly footer: (text: string) => void;
  /** Resolves when everything is written. */
  readonly flush: () => Promise<void>;
}

/** Options of {@linkcode createConsoleStreams}. */
export interface ConsoleStreamsOptions {
  readonly stdout: WritableEnd;
  readonly stderr: WritableEnd;
  /** Both streams are the same file, so their lines must not be mixed. */
  readonly isOnePlace: boolean;
  /** Width of standard error; `undefined` if it is not a terminal. */
  readonly columns: () => number | undefined;
}

/** A stream that may write only part of the bytes, and returns how many. */
export interface WritableEnd {
  readonly write: (bytes: Uint8Array) => Promise<number>;
}

const CLEAR_LINE = "\r\x1b[K";

/** Creates streams that never block the server, even if nobody reads them. */
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

/** Returns true if two file descriptors of this process refer to the same file or terminal. */
export function isOneFile(first: number, second: number): boolean {
  try {
    const [a, b] = [first, second].map((fd) => Deno.statSync(`/proc/self/fd/${fd}`));
    return a!.dev === b!.dev && a!.ino === b!.ino;
  } catch {
    return false;
  }
}
