import { grantsFor } from "./grants.ts";
import { type HostPattern, isWildPattern } from "./host_pattern.ts";
import { mergeSettings, type Settings, type SomeSettings } from "./settings.ts";

/**
 * Returns the single hosts that entries of `functions` give to a function by name, without asking
 * its manifest; `undefined` if no entry for it has `domains`.
 *
 * @example
 * ```ts
 * import { grantedHosts } from "./granted_domains.ts";
 * const functions = [{ pattern: "shop", settings: { ownDomains: ["shop.test", "*.b.test"] } }];
 * grantedHosts({ functions }, "shop"); // ["shop.test"]
 * ```
 */
export function grantedHosts(
  { functions }: Pick<Settings, "functions">,
  name: string,
): readonly string[] | undefined {
  const layers: readonly SomeSettings[] = grantsFor(functions, name).map(({ settings }) =>
    settings
  );
  return mergeSettings(...layers).ownDomains?.filter((host) => !isWildPattern(host));
}

/** Returns the patterns of all hosts that functions may have as domains of their own. */
export function domainPatterns(
  { ownDomains, functions }: Pick<Settings, "ownDomains" | "functions">,
): readonly HostPattern[] {
  const layers: readonly SomeSettings[] = functions.map(({ settings }) => settings);
  return [...ownDomains, ...layers.flatMap((layer) => layer.ownDomains ?? [])];
}
