import { countLines } from "../../lib/system/count_lines.ts";

/** A stream that is written to beside everything else. */
export interface AsyncWriter {
  /** Takes text; it is written soon, in order, or dropped and counted when nobody reads. */
  readonly write: (text: string) => void;
  /** Resolves when all that was taken is written or has failed. */
  readonly flush: () => Promise<void>;
}

/** Most that waits for a slow reader, in UTF-16 units. */
const MAX_WAITING = 4 * 1024 * 1024;

/**
 * Writes for as long as the process serves: a terminal that was stopped, a full disk or a reader
 * that went away must hold up nothing. What was dropped is said as soon as writing works again.
 */
export function createAsyncWriter(
  stream: { readonly write: (bytes: Uint8Array) => Promise<number> },
): AsyncWriter {
  let waiting = "";
  let dropped = 0;
  let writing: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (waiting !== "") {
      // More may be dropped while this is being written.
      const reported = dropped;
      const report = reported === 0 ? "" : `ddsrv: ${reported} lines were dropped here\n`;
      const text = report + waiting;
      const lines = countLines(waiting);
      waiting = "";
      try {
        await writeAll(stream, text);
        dropped -= reported;
      } catch {
        dropped += lines;
      }
    }
    writing = undefined;
  }

  return {
    write(text) {
      if (waiting.length + text.length > MAX_WAITING) dropped += countLines(text);
      else waiting += text;
      writing ??= run();
    },
    async flush() {
      await writing;
    },
  };
}

async function writeAll(
  stream: { readonly write: (bytes: Uint8Array) => Promise<number> },
  text: string,
): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await stream.write(bytes));
}
