import { DEFAULT_IMPORT_HOSTS } from "../sandbox/deno_command.ts";
import { urlHost } from "./url_host.ts";

/** Options of {@linkcode fetchHosts}. */
export interface FetchHostsOptions {
  /** Hosts from which the operator allows imports, as `host` or `host:port`. */
  readonly allowImport: readonly string[];
  /** Registries that the operator allows, as `host` or `host:port`. */
  readonly registries: readonly string[];
  /** Deno's own npm registry, as `host:port`. */
  readonly npmRegistry: string;
}

/** Returns the hosts from which a check may fetch. The fetcher refuses all others. */
export function fetchHosts(options: FetchHostsOptions): string[] {
  const { allowImport, registries, npmRegistry } = options;
  return [...new Set([...DEFAULT_IMPORT_HOSTS, ...allowImport, ...registries, npmRegistry])];
}

/**
 * Returns true if npm packages may come from a host.
 *
 * @example
 * ```ts
 * import { isRegistry } from "./fetch_hosts.ts";
 * isRegistry("npm.example.org:443", { registries: ["npm.example.org"], npmRegistry: "" }); // true
 * ```
 */
export function isRegistry(
  host: string,
  { registries, npmRegistry }: Omit<FetchHostsOptions, "allowImport">,
): boolean {
  const name = host.replace(/:\d+$/, "");
  return [...registries, npmRegistry].some((one) => one === host || one === name);
}

/**
 * Returns the proxies, as `host:port`, of an environment. A URL without a scheme, which curl(1)
 * allows, is HTTP.
 *
 * @example
 * ```ts
 * import { proxyHosts } from "./fetch_hosts.ts";
 * proxyHosts({ HTTPS_PROXY: "http://127.0.0.1:3128", NO_PROXY: "a.test" }); // ["127.0.0.1:3128"]
 * ```
 */
export function proxyHosts(
  { HTTP_PROXY, HTTPS_PROXY }: Readonly<Record<string, string>>,
): string[] {
  return [HTTP_PROXY, HTTPS_PROXY].filter((url) => url !== undefined)
    .map((url) => /^\w+:\/\//.test(url) ? url : `http://${url}`)
    .filter((url) => URL.canParse(url))
    .map(urlHost);
}
