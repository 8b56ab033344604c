import { fileURLToPath } from "node:url";

/** The module that runs before every function's entry, on the host. */
export const PRELOAD_FILE: string = fileURLToPath(new URL("preload.js", import.meta.url));
