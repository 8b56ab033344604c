const TEXT = 0x02;

/**
 * Returns the bytes of a key whose parts are texts: each is its type, its UTF-8 with an escaped zero
 * byte, and a zero byte. They sort as Deno.openKv() sorts the keys.
 */
export function encodeKey(parts: readonly string[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [
    TEXT,
    ...[...new TextEncoder().encode(part)].flatMap((byte) => byte === 0 ? [0, 0xff] : [byte]),
    0,
  ]));
}
