import { sleep } from "../system/sleep.ts";

/** A stream of a process while it is read. */
export interface StreamReading {
  /**
   * Call it when the process has exited. Resolves at the stream's end. If another process keeps the
   * stream open, stops reading when nothing came for `idleMs`, or after `maxBytes` more.
   */
  readonly finish: (limits: FinishLimits) => Promise<void>;
  /** Stops reading. The process gets SIGPIPE or an error when it writes more. */
  readonly stop: () => Promise<void>;
}

/** Limits for the rest of a stream. */
export interface FinishLimits {
  readonly idleMs: number;
  readonly maxBytes: number;
}

/** Reads a stream. The promise of `onBytes` delays the next read. */
export function readStream(
  stream: ReadableStream<Uint8Array>,
  onBytes: (bytes: Uint8Array) => Promise<void>,
): StreamReading {
  const reader = stream.getReader();
  let readBytes = 0;
  let isDelivering = false;
  let hasEnded = false;
  const stop = (): Promise<void> => reader.cancel().catch(() => {});
  const read = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      readBytes += value.length;
      isDelivering = true;
      await onBytes(value);
      isDelivering = false;
    }
  };
  const finished = read().finally(() => hasEnded = true);
  // `finish` waits for it; until then, an error must not count as unhandled.
  finished.catch(() => {});
  return {
    stop,
    async finish({ idleMs, maxBytes }) {
      const most = readBytes + maxBytes;
      // A receiver may be slow. A stream that has nothing to say is open in another process.
      for (let before = -1; !hasEnded && (isDelivering || before !== readBytes);) {
        if (readBytes > most) break;
        before = readBytes;
        const over = new AbortController();
        await Promise.race([finished, sleep(idleMs, over.signal)]);
        over.abort();
      }
      if (!hasEnded) await stop();
      await finished;
    },
  };
}
