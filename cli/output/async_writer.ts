import { countLines } from "../../lib/system/count_lines.ts";

/** Writes to a stream without blocking the caller. */
export interface AsyncWriter {
  /** Queues text, in order; drops and counts its lines if the queue is full. */
  readonly write: (text: string) => void;
  /** Resolves when all queued text was written or has failed. */
  readonly flush: () => Promise<void>;
}

/** Maximum length of the queue, in UTF-16 code units. */
const MAX_WAITING = 4 * 1024 * 1024;

/**
 * Creates a writer that never blocks the server: not for a stopped terminal, a full disk or a closed
 * pipe. Once writing works again, it reports how many lines were dropped.
 */
export function createAsyncWriter(
  stream: { readonly write: (bytes: Uint8Array) => Promise<number> },
): AsyncWriter {
  let waiting = "";
  let dropped = 0;
  let writing: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (waiting !== "") {
      // More lines may be dropped during this write.
      const reported = dropped;
      const report = reported === 0 ? "" : `ddsrv: dropped ${reported} lines here\n`;
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
