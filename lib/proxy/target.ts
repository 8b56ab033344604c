import { latin1, QUESTION, SLASH } from "./octets.ts";
import type { RequestHead } from "./request_head.ts";

/** Where the function's name lies in a target, and what the function gets to see. */
export interface RoutedTarget {
  /** The name as sent, with its escapes. */
  readonly rawName: string;
  /** Where the rest begins: a slash, a question mark, or the target's end. */
  readonly restStart: number;
}

/** Takes `/name` off the front of a request's target; the rest stays byte for byte. */
export function routeTarget(bytes: Uint8Array, head: RequestHead): RoutedTarget {
  const { targetStart, targetEnd } = head;
  let position = targetStart + 1;
  while (position < targetEnd && bytes[position] !== SLASH && bytes[position] !== QUESTION) {
    position++;
  }
  return { rawName: latin1(bytes, targetStart + 1, position), restStart: position };
}

/**
 * The name that a raw path segment stands for; `undefined` when its escapes are no UTF-8.
 *
 * @example
 * ```ts
 * import { decodeName } from "./target.ts";
 * decodeName("a%20b"); // "a b"
 * ```
 */
export function decodeName(rawName: string): string | undefined {
  try {
    // Bytes above 0x7f stand for themselves; as escapes they take the same way as all others.
    const escaped = rawName.replace(
      /[\x80-\xff]/g,
      (char) => `%${char.charCodeAt(0).toString(16)}`,
    );
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}
