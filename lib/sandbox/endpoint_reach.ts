import { type Egress, formatEgress, parseEgressRule, tightenEgress } from "../config/egress.ts";
import type { Permission } from "../config/permissions.ts";

/** Limits of what a function's process may connect to. */
export interface Reach {
  /** Permission `net` of the code. */
  readonly net: Permission;
  /** Egress of its network namespace; `undefined` on the host's network. */
  readonly egress: Egress | undefined;
}

/** An endpoint without user information and escapes, so that no two parsers read it differently. */
const ENDPOINT = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(?:\/[!-~]*)?$/i;

const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\])$/i;

/**
 * Returns why a function may not connect to an HTTP URL, as a sentence without a full stop;
 * `undefined` if it may.
 *
 * @example
 * ```ts
 * import { unreachableReason } from "./endpoint_reach.ts";
 * unreachableReason("http://192.0.2.1:4318", { net: true, egress: "full" }); // undefined
 * ```
 */
export function unreachableReason(endpoint: string, { net, egress }: Reach): string | undefined {
  const [, scheme = "", host, digits] = ENDPOINT.exec(endpoint) ?? [];
  if (host === undefined) {
    return `"${endpoint}" is not a valid endpoint. Write it like http://server.example.com:4318`;
  }
  const destination = `${host}:${digits ?? (scheme.toLowerCase() === "https" ? 443 : 80)}`
    .toLowerCase();
  const isPermitted = typeof net === "boolean" ? net : net.some((one) => covers(one, destination));
  if (!isPermitted) return `the permission "net" does not include "${destination}". Add it`;
  if (egress === undefined) return undefined;
  if (LOOPBACK.test(host)) {
    return `"${destination}" is inside the function's own network. Give an address that other ` +
      "hosts can reach";
  }
  return isWithin(destination, egress)
    ? undefined
    : `the egress "${formatEgress(egress)}" does not include "${destination}". Add it`;
}

/** Matches like `--allow-net`: a host, on one port or on all. */
function covers(permitted: string, destination: string): boolean {
  const [host] = /^.*(?=:\d+$)/.exec(destination)!;
  return [host, destination].includes(permitted.toLowerCase());
}

function isWithin(destination: string, egress: Egress): boolean {
  try {
    const asked = { rules: [parseEgressRule(destination)], isPublicOnly: false };
    return tightenEgress(asked, egress).type === "allowed";
  } catch {
    return false;
  }
}
