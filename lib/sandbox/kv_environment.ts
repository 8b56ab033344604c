import { type Reach, unreachableReason } from "./endpoint_reach.ts";

/** Variables that Deno reads when a function calls `Deno.openKv()` without a path. */
const PATH_VARIABLE = "DENO_KV_DEFAULT_PATH";
const TOKEN_VARIABLE = "DENO_KV_ACCESS_TOKEN";

/** Options of {@linkcode kvEnvironment}. */
export interface KvOptions extends Reach {
  /** All variables of the policy, also those that the code may not see. */
  readonly env: Readonly<Record<string, string>>;
}

/** Variables for the function's process, and why it can't reach the server. */
export interface KvEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/**
 * Returns the variables that send `Deno.openKv()` to a server. They are part of the process's
 * environment: a function without the permission for them would use a file of its own, and nobody
 * would notice; so it fails. With an unreachable server, `Deno.openKv()` fails too, and ddsrv says so
 * before.
 */
export function kvEnvironment({ env, net, egress }: KvOptions): KvEnvironment {
  const url = env[PATH_VARIABLE];
  if (url === undefined || !/^https?:/.test(url)) return { env: {}, problems: [] };
  const token = env[TOKEN_VARIABLE];
  const reason = unreachableReason(url, { net, egress });
  return {
    env: { [PATH_VARIABLE]: url, ...token === undefined ? {} : { [TOKEN_VARIABLE]: token } },
    problems: reason === undefined ? [] : [`Deno.openKv() can't reach its server: ${reason}`],
  };
}
