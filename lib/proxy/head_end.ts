import { CR, LF } from "./octets.ts";

const SMALL = 8 * 1024;

/**
 * The position just behind a head's closing empty line, looked for from `from` on; -1 when it has
 * not come yet. Bare line feeds count here, so that a head which uses them is refused at once
 * instead of being waited for.
 */
export function findHeadEnd(bytes: Uint8Array, from: number, end: number): number {
  // To look for a byte goes to the buffer's very end, and a large one may be read byte by byte.
  const written = bytes.length > SMALL ? bytes.subarray(0, end) : bytes;
  let position = from;
  for (;;) {
    position = written.indexOf(LF, position) + 1;
    if (position === 0 || position >= end) return -1;
    if (bytes[position] === LF) return position + 1;
    if (bytes[position] === CR && position + 1 < end && bytes[position + 1] === LF) {
      return position + 2;
    }
  }
}
