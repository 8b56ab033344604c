import { FieldKind, findField, valueEnd, valueStart } from "./http1/fields.ts";
import { latin1, QUESTION, SLASH } from "./http1/octets.ts";
import type { RequestHead } from "./http1/request_head.ts";

/** Which function a request is for, and what that gets to see of the target. */
export interface RoutedTarget {
  /** The function's name; `undefined` when none can have it. */
  readonly name: string | undefined;
  /** The name as sent, behind a slash; empty when the host names the function. */
  readonly rawPrefix: string;
  /** Where the rest begins: a slash, a question mark, or the target's end. */
  readonly restStart: number;
}

/**
 * Finds a request's function: a host `name.domain` of one of the domains names it, or else `/name`
 * at the front of the target does, which is taken off. The rest stays byte for byte.
 */
export function routeTarget(head: RequestHead, domains: readonly string[]): RoutedTarget {
  const { bytes, targetStart, targetEnd } = head;
  const hostName = domains.length === 0 ? undefined : nameOfHost(hostOf(head), domains);
  if (hostName !== undefined) return { name: hostName, rawPrefix: "", restStart: targetStart };
  let position = targetStart + 1;
  while (position < targetEnd && bytes[position] !== SLASH && bytes[position] !== QUESTION) {
    position++;
  }
  const rawName = latin1(bytes, targetStart + 1, position);
  const isPlain = !rawName.includes("%") && !/[\x80-\xff]/.test(rawName);
  return {
    name: isPlain ? rawName : decodeName(rawName),
    rawPrefix: `/${rawName}`,
    restStart: position,
  };
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

/**
 * The function that a host names: what stands before one of the domains, in lower case, for hosts
 * know no other.
 *
 * @example
 * ```ts
 * import { nameOfHost } from "./target.ts";
 * nameOfHost("Hello.Example.org:9999", ["example.org"]); // "hello"
 * ```
 */
export function nameOfHost(host: string, domains: readonly string[]): string | undefined {
  const plain = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  const domain = domains.find((one) => plain.endsWith(`.${one}`));
  return domain === undefined ? undefined : plain.slice(0, -domain.length - 1);
}

/** The host that a request is for: its target's, or else what its `Host` says. */
function hostOf(head: RequestHead): string {
  const { bytes, fields, authorityStart, authorityEnd } = head;
  if (authorityEnd > authorityStart) return latin1(bytes, authorityStart, authorityEnd);
  const index = findField(fields, FieldKind.Host);
  return index === -1 ? "" : latin1(bytes, valueStart(fields, index), valueEnd(fields, index));
}
