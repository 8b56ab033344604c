import { grantedHosts } from "../config/granted_domains.ts";
import { coversHost } from "../config/host_pattern.ts";
import type { Settings } from "../config/settings.ts";
import { settingsFor } from "../config/settings_for.ts";
import type { DomainRules } from "./assign_domains.ts";

/** Returns what the operator's settings say about the domains of functions. */
export function domainRules(
  settings: Settings,
): Omit<DomainRules, "isFunction"> {
  // A function may ask for many hosts.
  const patterns = cached((name) => settingsFor(settings, name).ownDomains);
  const granted = cached((name) => new Set(grantedHosts(settings, name)));
  return {
    allows: (name, host) => coversHost(patterns(name), host),
    isAssigned: (name, host) => granted(name).has(host),
    domains: settings.domains,
    root: settings.root,
  };
}

function cached<Value>(find: (name: string) => Value): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    const value = known.get(name) ?? find(name);
    known.set(name, value);
    return value;
  };
}
