import { createHash } from "node:crypto";
import { SourceError } from "./source_error.ts";

/** Maximum size of a compressed archive. */
export const MAX_DOWNLOAD_BYTES = 1024 ** 3;

/** Options of {@linkcode download}. */
export interface DownloadOptions {
  /** Path of the new file. */
  readonly file: string;
  /** Host, for messages. */
  readonly from: string;
  readonly maxBytes?: number;
  /** Without a byte for this time, the server is too slow. */
  readonly idleMs?: number;
  /** Below {@linkcode MIN_BYTES} in each such time, too. */
  readonly windowMs?: number;
  readonly signal: AbortSignal;
}

/** Digest and size of a file that {@linkcode download} has written. */
export interface Downloaded {
  /** SHA-256 of the bytes, in hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

const IDLE_MS = 30_000;
const WINDOW_MS = 60_000;

/** Minimum progress in one window, so that a server can't keep a download for days. */
const MIN_BYTES = 64 * 1024;

/**
 * Writes a stream to a file. A slow server may take its time while it makes progress.
 *
 * @throws {SourceError} if it is too large, breaks off, or makes no progress
 */
export async function download(
  stream: ReadableStream<Uint8Array>,
  options: DownloadOptions,
): Promise<Downloaded> {
  const { from, maxBytes = MAX_DOWNLOAD_BYTES, windowMs = WINDOW_MS, signal } = options;
  const hash = createHash("sha256");
  using file = await Deno.open(options.file, { write: true, create: true, truncate: true });
  const reader = stream.getReader();
  let [bytes, windowAtMs, windowBytes] = [0, performance.now(), 0];
  try {
    for (;;) {
      const piece = await nextPiece(reader, options);
      if (piece === undefined) break;
      bytes += piece.length;
      windowBytes += piece.length;
      if (bytes > maxBytes) throw new SourceError(`"${from}" sends more than ${maxBytes} bytes`);
      hash.update(piece);
      for (let rest = piece; rest.length > 0;) rest = rest.subarray(await file.write(rest));
      if (performance.now() - windowAtMs < windowMs) continue;
      if (windowBytes < MIN_BYTES) throw slow(from, windowMs);
      [windowAtMs, windowBytes] = [performance.now(), 0];
    }
  } finally {
    // Also ends the connection.
    await reader.cancel().catch(() => {});
  }
  signal.throwIfAborted();
  return { sha256: hash.digest("hex"), bytes };
}

async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { from, idleMs = IDLE_MS, signal }: DownloadOptions,
): Promise<Uint8Array | undefined> {
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  const abort = (): void => ended.reject(signal.reason);
  const timer = setTimeout(() => ended.reject(slow(from, idleMs)), idleMs);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return (await Promise.race([reader.read(), ended.promise])).value;
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    signal.throwIfAborted();
    throw new SourceError(`The download from "${from}" broke off`, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function slow(from: string, ms: number): SourceError {
  return new SourceError(`"${from}" is too slow: the download made no progress in ${ms / 1_000} s`);
}
