/** Actions of `ddsrv env`. */
export const ENV_ACTIONS = ["set", "list", "unset", "import"] as const;

/** One of {@linkcode ENV_ACTIONS}. */
export type EnvAction = typeof ENV_ACTIONS[number];
