import { CR, LF } from "./octets.ts";

/**
 * The position just behind a head's closing empty line, looked for from `from` on; -1 when it has
 * not come yet. Bare line feeds count here, so that a head which uses them is refused at once
 * instead of being waited for.
 */
export function findHeadEnd(bytes: Uint8Array, from: number, end: number): number {
  // By hand: to look for a byte with indexOf goes to the buffer's very end.
  for (let position = from; position < end; position++) {
    if (bytes[position] !== LF) continue;
    const next = position + 1;
    if (next >= end) return -1;
    if (bytes[next] === LF) return next + 1;
    if (bytes[next] === CR && next + 1 < end && bytes[next + 1] === LF) return next + 2;
  }
  return -1;
}
