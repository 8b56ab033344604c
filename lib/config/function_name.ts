/** Result of {@linkcode judgeName}. */
export type NameVerdict =
  | { readonly type: "function" }
  /** Not a function: shared code or a hidden directory. */
  | { readonly type: "reserved" }
  /** Not a valid name for a function. */
  | { readonly type: "refused"; readonly reason: string };

const MAX_BYTES = 63;

/**
 * Determines whether a directory of this name can be a function. Valid names have 1 to 63 bytes of
 * UTF-8, no `/` and no control characters; names that begin with `.` or `_` are reserved.
 *
 * @example
 * ```ts
 * import { judgeName } from "./function_name.ts";
 * judgeName("hello").type; // "function"
 * judgeName("_shared").type; // "reserved"
 * ```
 */
export function judgeName(name: string): NameVerdict {
  if (name.startsWith(".") || name.startsWith("_")) return { type: "reserved" };
  const reason = reasonAgainst(name);
  return reason === undefined ? { type: "function" } : { type: "refused", reason };
}

/** Returns the reason why a function can't have this name; `undefined` if it can. */
export function nameProblem(name: string): string | undefined {
  const verdict = judgeName(name);
  switch (verdict.type) {
    case "function":
      return undefined;
    case "reserved":
      return "it begins with . or _";
    case "refused":
      return verdict.reason;
    default:
      return verdict satisfies never;
  }
}

function reasonAgainst(name: string): string | undefined {
  if (name === "") return "the name is empty";
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > MAX_BYTES) {
    return `the name has ${bytes} bytes; at most ${MAX_BYTES} are allowed`;
  }
  if (name.includes("/")) return "the name contains a slash";
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f-\x9f]/.test(name)) {
    return "the name contains a control character";
  }
  // U+FFFD replaces bytes that are not UTF-8; a file can't be opened by such a name.
  if (name.includes("\ufffd") || !name.isWellFormed()) {
    return "the name is not UTF-8";
  }
  return undefined;
}
