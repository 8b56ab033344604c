import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Parses the first digits of a revision. */
export function parseRevision(text: string): string {
  if (/^[0-9a-f]{4,64}$/.test(text)) return text;
  throw new InvalidArgumentError("Give 4 to 64 hexadecimal digits.");
}
