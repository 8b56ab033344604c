import { type Egress, formatEgressRule } from "./egress.ts";
import type { Permissions } from "./permissions.ts";

/** Returns the permissions reduced to the egress, for a level where only Deno limits it. */
export function withEgress(permissions: Permissions, egress: Egress): Permissions {
  const { net } = permissions;
  if (egress === "none" || net === false) return { ...permissions, net: false };
  if (typeof egress === "string") return permissions;
  const listed = egress.rules.map(formatEgressRule);
  const both = net === true ? listed : listed.filter((one) => net.includes(one));
  return { ...permissions, net: both };
}
