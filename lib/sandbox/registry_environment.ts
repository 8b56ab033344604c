/**
 * Returns the operator's npm registry for this host as a variable, see npm's config(7). Checks and
 * runs both need it: Deno keeps packages in a directory with the registry's name. It has no
 * credentials, because functions see it.
 */
export function registryEnvironment(
  registry: string | undefined = Deno.env.get("NPM_CONFIG_REGISTRY"),
): Record<string, string> {
  if (registry === undefined || !URL.canParse(registry)) return {};
  const url = new URL(registry);
  url.username = "";
  url.password = "";
  return { NPM_CONFIG_REGISTRY: url.href };
}
