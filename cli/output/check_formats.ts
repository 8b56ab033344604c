/** Output formats of `ddsrv check`. */
export const CHECK_FORMATS = ["text", "json", "github"] as const;

/** One of {@linkcode CHECK_FORMATS}. */
export type CheckFormat = typeof CHECK_FORMATS[number];
