/** The registry that the operator has chosen for everything on this host, see npm's config(7). */
export function registryEnvironment(): Record<string, string> {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY");
  return registry === undefined ? {} : { NPM_CONFIG_REGISTRY: registry };
}

/** The proxy by which this host reaches the internet, if there is one. */
export function upstreamProxy(): Record<string, string> {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
  const entries = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => !!entry[1]));
}
