const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";
const MAX_HEAD_BYTES = 4096;

/**
 * Reads one message to the end of its body and returns the number of its bytes; `undefined` if the
 * connection ends before. The end is at its length, or without one after the last chunk. It searches
 * for the bytes of the last chunk instead of parsing chunks, so that the reader is not the
 * bottleneck; the body does not contain these bytes.
 */
export async function readMessage(
  connection: Deno.Conn,
  buffer: Uint8Array,
): Promise<number | undefined> {
  const text = (start: number, end: number): string =>
    new TextDecoder("latin1").decode(buffer.subarray(start, end));
  let [total, headEnd] = [0, -1];
  while (headEnd === -1) {
    const count = await connection.read(buffer.subarray(total));
    if (count === null) return undefined;
    total += count;
    headEnd = text(0, Math.min(total, MAX_HEAD_BYTES)).indexOf(HEAD_END);
  }
  headEnd += HEAD_END.length;
  const length = /\ncontent-length: *(\d+)/i.exec(text(0, headEnd))?.[1];
  const end = length === undefined ? Infinity : headEnd + Number(length);
  // The last five bytes may come in two reads.
  let tail = text(Math.max(headEnd, total - LAST_CHUNK.length), total);
  while (total < end && !(length === undefined && tail === LAST_CHUNK)) {
    const count = await connection.read(buffer);
    if (count === null) return undefined;
    total += count;
    tail = (tail + text(Math.max(0, count - LAST_CHUNK.length), count)).slice(-LAST_CHUNK.length);
  }
  return total;
}
