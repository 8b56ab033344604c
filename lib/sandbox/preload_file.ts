import { fileURLToPath } from "node:url";

/** Host path of the module that runs before every function's entry. */
export const PRELOAD_FILE: string = fileURLToPath(new URL("preload.js", import.meta.url));
