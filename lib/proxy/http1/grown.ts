/**
 * Returns a larger buffer that begins with the same bytes: twice as large, and with room for at least
 * `minBytes`.
 */
export function grown(
  bytes: Uint8Array<ArrayBuffer>,
  minBytes: number,
): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(minBytes, bytes.length * 2));
  larger.set(bytes);
  return larger;
}
