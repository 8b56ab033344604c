import { isIP } from "node:net";
import { domainToASCII } from "node:url";

/** A host such as `shop.example.org`, or all hosts below one: `*.example.org`. */
export type HostPattern = string;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ANY_BELOW = "*.";

/**
 * Parses the pattern of hosts that functions may have as domains of their own, and returns it in
 * lower case. Names in other scripts become ASCII (Punycode, RFC 5891). `*.example.org` stands for
 * all hosts below `example.org`, at any depth, without `example.org` itself.
 *
 * @throws {SyntaxError} if `text` is an IP address, `localhost`, or no host name (RFC 1123, 2.1)
 * @example
 * ```ts
 * import { parseHostPattern } from "./host_pattern.ts";
 * parseHostPattern("*.Bücher.example"); // "*.xn--bcher-kva.example"
 * ```
 */
export function parseHostPattern(text: string): HostPattern {
  const isWild = text.startsWith(ANY_BELOW);
  const host = isWild ? text.slice(ANY_BELOW.length) : text;
  const ascii = /^[\x21-\x7e]*$/.test(host) ? host.toLowerCase() : domainToASCII(host);
  const labels = ascii.split(".");
  const isName = ascii.length <= 253 && labels.every((label) => LABEL.test(label));
  // Browsers read a host whose last label is a number as an IPv4 address (WHATWG URL, 3.5).
  const isAddress = isIP(ascii) !== 0 || /^(?:\d+|0x[\da-f]*)$/.test(labels.at(-1)!);
  if (!isName || isAddress) {
    throw new SyntaxError(
      `"${text}" is not a host name. Write shop.example.org, or *.example.org for all hosts ` +
        "below it, without a port",
    );
  }
  if (labels.at(-1) === "localhost") {
    throw new SyntaxError(
      `"${text}" can't be a function's domain, because it is this machine. Write a host name`,
    );
  }
  return isWild ? `${ANY_BELOW}${ascii}` : ascii;
}

/** Returns true if a pattern stands for more than one host. */
export function isWildPattern(pattern: HostPattern): boolean {
  return pattern.startsWith(ANY_BELOW);
}

/**
 * Returns true if one of the patterns covers a host, or all hosts of a pattern.
 *
 * @example
 * ```ts
 * import { coversHost } from "./host_pattern.ts";
 * coversHost(["*.example.org"], "shop.example.org"); // true
 * coversHost(["*.example.org"], "example.org"); // false
 * ```
 */
export function coversHost(patterns: readonly HostPattern[], host: HostPattern): boolean {
  return patterns.some((pattern) =>
    pattern === host || isWildPattern(pattern) && host.endsWith(pattern.slice(1))
  );
}
