/** First byte of a status line. */
const LETTER_H = 0x48;

/** Content type of a TLS record with an alert, and the major version (RFC 8446, section 5.1). */
const TLS_ALERT = 0x15;
const TLS_MAJOR = 3;

/** Length of an HTTP/2 frame's head, and the type of the first frame (RFC 9113, 3.4 and 4.1). */
const FRAME_BYTES = 9;
const FRAME_SETTINGS = 4;

const TLS =
  "the function speaks TLS, but the proxy sends plain HTTP/1.1. Remove its certificate and " +
  "key; ddsrv serves HTTPS itself";
const HTTP_2 =
  "the function speaks HTTP/2 only, but the proxy sends HTTP/1.1. Use createServer of " +
  "node:http, or Deno.serve";

/**
 * Recognizes the first bytes of a server that speaks another protocol than HTTP/1.1, and returns a
 * sentence; `undefined` for other bytes, and for too few of them.
 *
 * @example
 * ```ts
 * import { otherProtocol } from "./other_protocol.ts";
 * const alert = new Uint8Array([0x15, 3, 3, 0, 2, 2, 50]);
 * otherProtocol(alert, { start: 0, end: 7 })?.startsWith("the function speaks TLS"); // true
 * ```
 */
export function otherProtocol(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): string | undefined {
  if (bytes[start] === LETTER_H) return undefined;
  if (end - start > 1 && bytes[start] === TLS_ALERT && bytes[start + 1] === TLS_MAJOR) return TLS;
  if (end - start < FRAME_BYTES) return undefined;
  // Fewer than 256 bytes, type, no flags, and the connection itself as stream.
  const head = bytes.subarray(start, start + FRAME_BYTES);
  const isSettings = head.every((byte, index) =>
    index === 2 || byte === (index === 3 ? FRAME_SETTINGS : 0)
  );
  return isSettings ? HTTP_2 : undefined;
}
