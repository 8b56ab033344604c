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

/**
 * Returns the tag of a supervisor's objects in the kernel, and the owner's other tag: the first one is
 * the owner's id, unless a predecessor that still serves has it.
 *
 * @example
 * ```ts
 * import { tagsFor } from "./owner_id.ts";
 * const [tag, other] = tagsFor("6debc5"); // "6debc5", and another one
 * tagsFor("6debc5", tag); // [other, tag]
 * ```
 */
export function tagsFor(
  id: string,
  predecessor?: string,
): readonly [own: string, other: string] {
  const second = deriveOwnerId(`${id}\0second tag`);
  return predecessor === id ? [second, id] : [id, second];
}
