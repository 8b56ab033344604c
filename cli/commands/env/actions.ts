/** All that `ddsrv env` does. */
export const ENV_ACTIONS = ["set", "list", "unset", "import"] as const;

/** One of them. */
export type EnvAction = typeof ENV_ACTIONS[number];
