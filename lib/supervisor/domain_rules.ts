import { grantedHosts } from "../config/granted_domains.ts";
import { coversHost } from "../config/host_pattern.ts";
import type { Settings } from "../config/settings.ts";
import { settingsFor } from "../config/settings_for.ts";
import type { DomainClaims } from "./assign_domains.ts";

/** Returns what the operator's settings say about the domains of functions. */
export function domainRules(
  settings: Settings,
): Pick<DomainClaims, "allows" | "isAssigned" | "domains" | "root"> {
  return {
    allows: (name, host) => coversHost(settingsFor(settings, name).ownDomains, host),
    isAssigned: (name, host) => grantedHosts(settings, name)?.includes(host) === true,
    domains: settings.domains,
    root: settings.root,
  };
}
