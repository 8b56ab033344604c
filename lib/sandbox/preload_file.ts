import { fileURLToPath } from "node:url";

/** Host path of the module that runs before every function's entry. */
export const PRELOAD_FILE: string = fileURLToPath(new URL("preload.js", import.meta.url));

/** Host path of the module that runs before the file of a one-off run. */
export const RUN_PRELOAD_FILE: string = fileURLToPath(new URL("run_preload.js", import.meta.url));
