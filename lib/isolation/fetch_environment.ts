/** Returns the operator's npm registry for this host as a variable, see npm's config(7). */
export function registryEnvironment(): Record<string, string> {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY");
  return registry === undefined ? {} : { NPM_CONFIG_REGISTRY: registry };
}

/** Returns the variables of the HTTP proxy through which this host reaches the internet. */
export function upstreamProxy(): Record<string, string> {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
  const entries = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => !!entry[1]));
}
