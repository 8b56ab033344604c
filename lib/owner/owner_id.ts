import { createHash } from "node:crypto";

/**
 * Derives an owner's id from a path: six hexadecimal digits, always the same for the same path.
 * Another `turn` gives another id, if the first is in use. Earlier versions derived the id from the
 * control socket's path; now it comes from the functions directory's path.
 *
 * @example
 * ```ts
 * import { deriveOwnerId } from "./owner_id.ts";
 * deriveOwnerId("/opt/functions"); // "6debc5"
 * ```
 */
export function deriveOwnerId(path: string, turn = 0): string {
  const text = turn === 0 ? path : `${path}\0${turn}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}

/** Returns true if a name in the state directory is an owner's id. */
export function isOwnerId(name: string): boolean {
  return /^[0-9a-f]{6}$/.test(name);
}
