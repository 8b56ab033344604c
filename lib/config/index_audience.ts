/** Clients that get a list of functions at `/`: none, programs of this host, or all. */
export const INDEX_AUDIENCES = ["off", "local", "all"] as const;

/** See {@linkcode INDEX_AUDIENCES}. */
export type IndexAudience = typeof INDEX_AUDIENCES[number];
