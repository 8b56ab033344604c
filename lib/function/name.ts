/** What a directory's name says about it. */
export type NameVerdict =
  | { readonly type: "function" }
  /** Not meant to be a function: shared code, hidden files. */
  | { readonly type: "reserved" }
  /** Meant to be one, and against the rule. */
  | { readonly type: "refused"; readonly reason: string };

const MAX_BYTES = 63;

/**
 * Says whether a directory of this name is a function: any name that does not begin with `.` or
 * `_`, of 1 to 63 bytes of UTF-8, without `/` and control characters.
 *
 * @example
 * ```ts
 * import { judgeName } from "./name.ts";
 * judgeName("hello").type; // "function"
 * judgeName("_shared").type; // "reserved"
 * ```
 */
export function judgeName(name: string): NameVerdict {
  if (name.startsWith(".") || name.startsWith("_")) return { type: "reserved" };
  const reason = reasonAgainst(name);
  return reason === undefined ? { type: "function" } : { type: "refused", reason };
}

/** Says why a name can't be a function's, or gives `undefined`: for people who chose it. */
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
  if (name.includes("/")) return "the name holds a slash";
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f-\x9f]/.test(name)) {
    return "the name holds a control character";
  }
  // The replacement character stands where the directory's name is not UTF-8; such a name could
  // not be opened again.
  if (name.includes("\ufffd") || !name.isWellFormed()) {
    return "the name is not UTF-8";
  }
  return undefined;
}
