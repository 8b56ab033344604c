import {
  containsNetwork,
  formatIpNetwork,
  type IpNetwork,
  isIpv6Network,
  parseIpNetwork,
} from "./ip_network.ts";
import { parseDomain } from "./network_address.ts";
import { isEmbedding, isMetadata, isPublic } from "./special_networks.ts";

/** Kinds of egress; each allows more than the one before. */
export const EGRESS_KINDS = ["none", "internet", "full"] as const;

/** No network, public addresses, or every address but those of ddsrv itself. */
export type EgressKind = typeof EGRESS_KINDS[number];

/** Destinations that a function may connect to. */
export type Egress = EgressKind | EgressList;

/** A list of destinations. */
export interface EgressList {
  readonly rules: readonly EgressRule[];
  /** Names must resolve to public addresses, because the ceiling is `internet`. */
  readonly isPublicOnly: boolean;
}

/** A destination: a network on one port or all ports, or a host name and a port. */
export type EgressRule =
  | { readonly type: "network"; readonly network: IpNetwork; readonly port: number | undefined }
  | { readonly type: "name"; readonly name: string; readonly port: number };

/** Maximum number of rules in a list. */
export const MAX_EGRESS_RULES = 64;

/**
 * A destination and its port. IPv6 has brackets, because `2001:db8::1:443` is an address too; only a
 * network without a port needs none.
 */
const DESTINATION = /^(?:\[([\da-f:./]+)\]|([^:[\]]*))(?::(\d{1,5}))?$|^([\da-f:.]+\/\d+)$/i;

/**
 * Parses a destination, such as `api.example.com:443`, `10.0.0.0/8`, `192.0.2.1:5432` or
 * `[2001:db8::1]:443`.
 *
 * @throws {SyntaxError} if `text` is not a destination
 * @throws {RangeError} if functions can never reach it
 * @example
 * ```ts
 * import { parseEgressRule } from "./egress.ts";
 * parseEgressRule("API.example.com:443"); // { type: "name", name: "api.example.com", port: 443 }
 * ```
 */
export function parseEgressRule(text: string): EgressRule {
  const [, bracketed, plain, digits, bare] = DESTINATION.exec(text) ?? [];
  const destination = bracketed ?? plain ?? bare ?? "";
  const port = digits === undefined ? undefined : Number(digits);
  if (destination === "" || port === 0 || (port ?? 1) > 65_535) throw unreadable(text);
  const network = parseIpNetwork(destination);
  if (network !== undefined && isIpv6Network(network) === (plain === undefined)) {
    return networkRule({ text, destination, network, port });
  }
  // A text of digits, dots, colons and slashes is meant as an address.
  if (/^[\d./]+$/.test(destination) || /[:/]/.test(destination)) throw unreadable(text);
  const name = parseHostName(destination, text);
  if (port === undefined) {
    throw new SyntaxError(`"${text}" has no port. Write the port too: ${name}:443`);
  }
  return { type: "name", name, port };
}

/**
 * Parses egress: a kind, or destinations with commas between them.
 *
 * @throws {SyntaxError | RangeError} see {@linkcode parseEgressRule}
 */
export function parseEgress(text: string): Egress {
  const kind = EGRESS_KINDS.find((one) => one === text);
  if (kind !== undefined) return kind;
  if (!/[.:]/.test(text)) {
    throw new SyntaxError(
      `"${text}" is not a kind of egress. Choose ${
        EGRESS_KINDS.join(", ")
      }, or list destinations: ` +
        "api.example.com:443,10.0.0.0/8",
    );
  }
  const rules = text.split(",").map((one) => parseEgressRule(one.trim()));
  if (rules.length <= MAX_EGRESS_RULES) return { rules, isPublicOnly: false };
  throw new RangeError(`More than ${MAX_EGRESS_RULES} destinations. Use networks instead`);
}

/** Formats a rule as {@linkcode parseEgressRule} reads it. */
export function formatEgressRule(rule: EgressRule): string {
  const destination = rule.type === "name" ? rule.name : formatIpNetwork(rule.network);
  const needsBrackets = destination.includes(":") &&
    !(rule.port === undefined && destination.includes("/"));
  const host = needsBrackets ? `[${destination}]` : destination;
  return rule.port === undefined ? host : `${host}:${rule.port}`;
}

/** Formats egress as {@linkcode parseEgress} reads it. */
export function formatEgress(egress: Egress): string {
  if (typeof egress === "string") return egress;
  return egress.rules.length === 0 ? "none" : egress.rules.map(formatEgressRule).join(", ");
}

/** Result of asking for egress under a ceiling. */
export type TightenedEgress =
  | { readonly type: "allowed"; readonly egress: Egress }
  /** The first destination above the ceiling, formatted. */
  | { readonly type: "refused"; readonly excess: string };

/** Returns the egress of a function that asks for some, if the operator allows it. */
export function tightenEgress(asked: Egress, ceiling: Egress): TightenedEgress {
  if (asked === "none") return { type: "allowed", egress: asked };
  if (typeof asked === "string") {
    const isWithin = typeof ceiling === "string" &&
      EGRESS_KINDS.indexOf(asked) <= EGRESS_KINDS.indexOf(ceiling);
    return isWithin ? { type: "allowed", egress: asked } : { type: "refused", excess: asked };
  }
  const excess = asked.rules.find((rule) => !isRuleWithin(rule, ceiling));
  if (excess !== undefined) return { type: "refused", excess: formatEgressRule(excess) };
  return { type: "allowed", egress: { ...asked, isPublicOnly: ceiling === "internet" } };
}

function isRuleWithin(rule: EgressRule, ceiling: Egress): boolean {
  switch (ceiling) {
    case "none":
      return false;
    case "internet":
      // The addresses of a name are checked when it is resolved.
      return rule.type === "name" || isPublic(rule.network);
    case "full":
      return true;
    default:
      return ceiling.rules.some((one) => covers(one, rule));
  }
}

function covers(outer: EgressRule, inner: EgressRule): boolean {
  if (outer.port !== undefined && outer.port !== inner.port) return false;
  // Under a ceiling of networks, names would let a function choose what ddsrv resolves.
  if (outer.type === "name") return inner.type === "name" && inner.name === outer.name;
  return inner.type === "network" && containsNetwork(outer.network, inner.network);
}

interface NetworkText {
  readonly text: string;
  readonly destination: string;
  readonly network: IpNetwork;
  readonly port: number | undefined;
}

function networkRule({ text, destination, network, port }: NetworkText): EgressRule {
  const address = parseIpNetwork(destination.split("/")[0]!)!;
  if (formatIpNetwork(address) !== formatIpNetwork(network).split("/")[0]) {
    throw new SyntaxError(
      `"${text}" has bits set after its prefix. Write ${formatIpNetwork(network)} for the network`,
    );
  }
  if (isMetadata(network)) {
    throw new RangeError(
      `"${text}" is a cloud's metadata service, which has credentials. Functions can't reach it. Remove it`,
    );
  }
  if (isEmbedding(network)) {
    throw new RangeError(
      `"${text}" contains IPv4 addresses, and may lead to any of them. Functions can't reach it. ` +
        "List the IPv4 addresses",
    );
  }
  return { type: "network", network, port };
}

function parseHostName(name: string, text: string): string {
  // Some parsers read a name that ends in a number as an address (WHATWG URL, "ends in a number").
  if (/(?:^|\.)(?:\d+|0x[\da-f]*)$/i.test(name) || /^[\d.-]+$/.test(name)) throw unreadable(text);
  try {
    return parseDomain(name);
  } catch {
    throw unreadable(text);
  }
}

function unreadable(text: string): SyntaxError {
  return new SyntaxError(
    `"${text}" is not a destination. Write api.example.com:443, 192.0.2.1:5432, 10.0.0.0/8 or ` +
      "[2001:db8::1]:443 (names need a port and can't contain *)",
  );
}
