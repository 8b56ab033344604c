import { createHash } from "node:crypto";

/**
 * The id that a path gives an owner: six hexadecimal digits, the same at each call. A further `turn`
 * gives another one, for a path whose first one somebody else has. Earlier versions derived it
 * from the control socket's path; now it comes from the functions directory's.
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

/** Whether a name below the state directory is an owner's id. */
export function isOwnerId(name: string): boolean {
  return /^[0-9a-f]{6}$/.test(name);
}
