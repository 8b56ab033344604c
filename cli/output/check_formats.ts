/** How `ddsrv check` tells what it found. */
export const CHECK_FORMATS = ["text", "json", "github"] as const;

/** One of them. */
export type CheckFormat = typeof CHECK_FORMATS[number];
