import { type Egress, formatEgressRule } from "./egress.ts";
import { isIpv6Network, isSingle } from "./ip_network.ts";
import type { Permissions } from "./permissions.ts";

/**
 * Returns the permissions reduced to the egress, for a level where only Deno limits it.
 *
 * @throws {RangeError} if the egress has an IPv6 network, which Deno's permissions don't know
 */
export function withEgress(permissions: Permissions, egress: Egress): Permissions {
  const { net } = permissions;
  if (egress === "none" || net === false) return { ...permissions, net: false };
  if (typeof egress === "string") return permissions;
  const network = egress.rules.find((rule) =>
    rule.type === "network" && isIpv6Network(rule.network) && !isSingle(rule.network)
  );
  if (network !== undefined) {
    throw new RangeError(
      `Egress has the IPv6 network "${
        formatEgressRule(network)
      }", but without isolation only Deno ` +
        "limits connections, and it knows no IPv6 networks. List addresses, or use ddsrv serve as root",
    );
  }
  const listed = egress.rules.map(formatEgressRule);
  const both = net === true ? listed : listed.filter((one) => net.includes(one));
  return { ...permissions, net: both };
}
