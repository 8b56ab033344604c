/** Levels of isolation, the strictest first. ddsrv never chooses a weaker one itself. */
export const ISOLATION_LEVELS = ["full", "rootless", "none"] as const;

/** A level of isolation. */
export type IsolationLevel = typeof ISOLATION_LEVELS[number];
