import { FieldKind, findField, valueEnd, valueStart } from "./http1/fields.ts";
import { latin1, QUESTION, SLASH } from "./http1/octets.ts";
import type { RequestHead } from "./http1/request_head.ts";

/** The function that a request is for, and the parts of its target. */
export interface RoutedTarget {
  /** The function's name; `undefined` if it is not valid UTF-8. */
  readonly name: string | undefined;
  /** The name as sent, after a slash; empty if the host names the function. */
  readonly rawPrefix: string;
  /** Start of the rest: at a slash, a question mark, or the target's end. */
  readonly restStart: number;
}

/**
 * Finds the function of a request: by a host `name.domain` with one of `domains`, otherwise by the
 * first segment of the path.
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

/** Decodes a raw path segment; returns `undefined` if it is not valid UTF-8. */
function decodeName(rawName: string): string | undefined {
  try {
    // Escape raw bytes above 0x7f, so that they are decoded like all others.
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
 * Returns the part of a host before one of the domains, in lower case because hosts ignore case, or
 * `undefined` if no domain matches. Ignores a port and a final dot.
 */
function nameOfHost(host: string, domains: readonly string[]): string | undefined {
  const plain = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  const domain = domains.find((one) => plain.endsWith(`.${one}`));
  return domain === undefined ? undefined : plain.slice(0, -domain.length - 1);
}

/** Returns the host of a request: of an absolute target, otherwise of `Host`. */
function hostOf(head: RequestHead): string {
  const { bytes, fields, authorityStart, authorityEnd } = head;
  if (authorityEnd > authorityStart) return latin1(bytes, authorityStart, authorityEnd);
  const index = findField(fields, FieldKind.Host);
  return index === -1 ? "" : latin1(bytes, valueStart(fields, index), valueEnd(fields, index));
}
