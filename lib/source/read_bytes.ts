import { openTimeout } from "../system/timeout_signal.ts";
import { SourceError } from "./source_error.ts";

/** Maximum time of a small response. */
const TIMEOUT_MS = 60_000;

/**
 * Reads a small response.
 *
 * @throws {SourceError} if it is larger, too slow or breaks off
 */
export async function readBytes(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let left = maxBytes;
  using late = openTimeout(TIMEOUT_MS);
  const reader = response.body?.getReader();
  const cancel = (): void => void reader?.cancel().catch(() => {});
  late.signal.addEventListener("abort", cancel, { once: true });
  try {
    for (;;) {
      const value = (await reader?.read())?.value;
      if (late.signal.aborted) throw new SourceError("A server is too slow");
      if (value === undefined) break;
      left -= value.length;
      if (left < 0) throw new SourceError(`A server sends more than ${maxBytes} bytes`);
      pieces.push(value);
    }
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError("A response broke off", { cause });
  } finally {
    cancel();
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
