import { coversHost } from "../config/host_pattern.ts";
import type { Settings } from "../config/settings.ts";
import type { DomainClaims } from "./assign_domains.ts";

/** Returns what the operator's settings say about the domains of functions. */
export function domainRules(
  { ownDomains, domains, root }: Pick<Settings, "ownDomains" | "domains" | "root">,
): Pick<DomainClaims, "allows" | "isAssigned" | "domains" | "root"> {
  return {
    allows: (_name, host) => coversHost(ownDomains, host),
    isAssigned: () => false,
    domains,
    root,
  };
}
