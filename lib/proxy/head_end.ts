import { CR, LF } from "./octets.ts";

/**
 * The position just behind a head's closing empty line, looked for from `from` on; -1 when it has
 * not come yet. Bare line feeds count here, so that a head which uses them is refused at once
 * instead of being waited for.
 */
export function findHeadEnd(bytes: Uint8Array, from: number, end: number): number {
  let position = from;
  for (;;) {
    position = bytes.indexOf(LF, position) + 1;
    if (position === 0 || position >= end) return -1;
    if (bytes[position] === LF) return position + 1;
    if (bytes[position] === CR && position + 1 < end && bytes[position + 1] === LF) {
      return position + 2;
    }
  }
}
