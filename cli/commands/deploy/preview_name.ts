import { createHash } from "node:crypto";

/** Maximum size of a function's name. */
const MAX_BYTES = 63;

const HASH_DIGITS = 6;

const encoder = new TextEncoder();

/**
 * Returns the name of a preview: the function's name, two dashes and the label with only letters,
 * digits and dashes. A name that would be too long is cut, and ends with six digits of a hash of the
 * whole, so that two long ones differ. Empty if the label has no letter or digit.
 *
 * @example
 * ```ts
 * import { previewName } from "./preview_name.ts";
 * previewName("shop", "feature/Cart"); // "shop--feature-cart"
 * ```
 */
export function previewName(name: string, label: string): string {
  const slug = label.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  if (slug === "") return "";
  const whole = `${name}--${slug}`;
  if (encoder.encode(whole).length <= MAX_BYTES) return whole;
  const hash = createHash("sha256").update(`${name}\0${label}`).digest("hex").slice(0, HASH_DIGITS);
  return `${cut(whole, MAX_BYTES - 1 - HASH_DIGITS)}-${hash}`;
}

/** Returns the beginning of a text in at most so many bytes, of whole characters. */
function cut(text: string, maxBytes: number): string {
  const bytes = new Uint8Array(maxBytes);
  const { read } = encoder.encodeInto(text, bytes);
  return text.slice(0, read).replace(/-+$/, "");
}
