import { coversHost, type HostPattern } from "../config/host_pattern.ts";
import { FieldKind } from "./http1/field_names.ts";
import { findField, valueEnd, valueStart } from "./http1/fields.ts";
import { latin1, QUESTION, SLASH } from "./http1/octets.ts";
import type { RequestHead } from "./http1/request_head.ts";
import type { RouteTable } from "./route_table.ts";

/** The function that a request is for, and the parts of its target. */
export interface RoutedTarget {
  /** The function's name; `undefined` if it is not valid UTF-8, or if the host is no function's. */
  readonly name: string | undefined;
  /** The name as sent, after a slash; empty if the function gets the whole target. */
  readonly rawPrefix: string;
  /** True if the path's first segment decided, false if the host did. */
  readonly isByPath: boolean;
  /** Start of the rest: at a slash, a question mark, or the target's end. */
  readonly restStart: number;
}

/** Hosts and paths of functions. */
export interface Naming {
  /** Domains whose subdomains name functions, in lower case, longest first. */
  readonly domains: readonly string[];
  /** Hosts that no path of another function is served at, whether a function has them or not. */
  readonly ownDomains: readonly HostPattern[];
  /** The function that gets requests whose path names no function. */
  readonly root: string | undefined;
  readonly routes: Pick<RouteTable, "get" | "ownerOf" | "hasOwners">;
}

/**
 * Finds the function of a request: by its host, if a function has this host, if it is `name.domain`
 * with one of `domains`, or if it is reserved for a function; otherwise by the first segment of the
 * path. A path that names no function belongs to the root function.
 */
export function routeTarget(head: RequestHead, naming: Naming): RoutedTarget {
  const { bytes, targetStart, targetEnd } = head;
  const { domains, ownDomains, root, routes } = naming;
  if (domains.length > 0 || ownDomains.length > 0 || routes.hasOwners) {
    const named = nameOfHost(plainHost(head), naming);
    if (named !== undefined) {
      return { name: named.name, rawPrefix: "", isByPath: false, restStart: targetStart };
    }
  }
  // An absolute target without a path starts with its query, or is empty.
  const hasPath = targetStart < targetEnd && bytes[targetStart] !== QUESTION;
  const nameStart = hasPath ? targetStart + 1 : targetStart;
  let position = nameStart;
  while (position < targetEnd && bytes[position] !== SLASH && bytes[position] !== QUESTION) {
    position++;
  }
  const rawName = latin1(bytes, nameStart, position);
  const name = rawName.includes("%") ? decodeName(rawName) : rawName;
  const isFunction = name !== undefined && routes.get(name) !== undefined;
  if (root !== undefined && !isFunction && !head.isServerWide) {
    return { name: root, rawPrefix: "", isByPath: true, restStart: targetStart };
  }
  return { name, rawPrefix: `/${rawName}`, isByPath: true, restStart: position };
}

/** Decodes a raw path segment; returns `undefined` if it is not valid UTF-8. */
function decodeName(rawName: string): string | undefined {
  try {
    return decodeURIComponent(rawName);
  } catch {
    return undefined;
  }
}

/** Returns the name of the function that a host belongs to, or `undefined` if the path decides. */
function nameOfHost(
  plain: string,
  { domains, ownDomains, routes }: Naming,
): Pick<RoutedTarget, "name"> | undefined {
  const owner = routes.ownerOf(plain);
  if (owner !== undefined) return { name: owner };
  const domain = domains.find((one) => plain.endsWith(`.${one}`));
  if (domain !== undefined) return { name: plain.slice(0, -domain.length - 1) };
  // A domain itself is a plain host: its paths name functions.
  const isReserved = !domains.includes(plain) && coversHost(ownDomains, plain);
  return isReserved ? { name: undefined } : undefined;
}

/**
 * Returns the host of a request in lower case, because hosts ignore case, without a port and a final
 * dot.
 */
export function plainHost(head: RequestHead): string {
  return hostOf(head).toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}

/** Returns the host of a request: of an absolute target, otherwise of `Host`. */
function hostOf(head: RequestHead): string {
  const { bytes, fields, authorityStart, authorityEnd } = head;
  if (authorityEnd > authorityStart) return latin1(bytes, authorityStart, authorityEnd);
  const index = findField(fields, FieldKind.Host);
  return index === -1 ? "" : latin1(bytes, valueStart(fields, index), valueEnd(fields, index));
}
