/** A secret in bytes of ASCII, as it is sent. */
export type Secret = Uint8Array;

/** Length of a secret in bits. */
const SECRET_BITS = 128;

/** Creates the secret of a debug session: hexadecimal digits. */
export function createSecret(): Secret {
  return new TextEncoder().encode(crypto.getRandomValues(new Uint8Array(SECRET_BITS / 8)).toHex());
}

/**
 * Returns true if bytes are a secret. Takes the same time wherever the first difference is, so that a
 * client can't find the secret byte by byte.
 *
 * @example
 * ```ts
 * import { isSecret } from "./debug_secret.ts";
 * const secret = new TextEncoder().encode("abc");
 * isSecret(new TextEncoder().encode("abd"), secret); // false
 * ```
 */
export function isSecret(bytes: Uint8Array, secret: Secret): boolean {
  let difference = bytes.length ^ secret.length;
  for (let index = 0; index < secret.length; index++) {
    difference |= (bytes[index] ?? 0) ^ secret[index]!;
  }
  return difference === 0;
}
