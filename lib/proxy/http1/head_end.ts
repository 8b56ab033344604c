import { CR, LF } from "./octets.ts";

/**
 * Returns the position just after the empty line that ends a head, searching from `from`, or -1 if
 * the head is incomplete. Bare line feeds count as line ends here, so that the parser rejects such
 * a head at once instead of waiting for its end.
 */
export function findHeadEnd(bytes: Uint8Array, from: number, end: number): number {
  // A loop, because indexOf would search up to the end of the buffer.
  for (let position = from; position < end; position++) {
    if (bytes[position] !== LF) continue;
    const next = position + 1;
    if (next >= end) return -1;
    if (bytes[next] === LF) return next + 1;
    if (bytes[next] === CR && next + 1 < end && bytes[next + 1] === LF) return next + 2;
  }
  return -1;
}
