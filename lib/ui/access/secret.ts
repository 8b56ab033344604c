import { createHash, timingSafeEqual } from "node:crypto";

/** Compares a given text with a secret in a time that depends on neither. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
