/**
 * Variables of dynamic-deno-server that hardly any other program sets. `PORT`, `DEBUG` and `QUIET`,
 * which it reads too, are missing: hosting platforms and other programs set them.
 */
const ORIGINAL_VARIABLES = [
  ...["SERVICE_PORT", "FUNC_DIRECTORY", "LOGS_DIRECTORY", "ENABLE_LOGS", "SAVE_LOGS", "LOG_FORMAT"],
  ...["HEALTH_CHECK_ATTEMPTS", "DISABLE_HEALTH_CHECKS", "CHECK_CODE", "WATCH_FILES", "SERVER_PORT"],
  ...["SERVER_ENVIRONMENT", "ENV_JSON", "ENV_FILE", "BASE_PORT", "MAX_PORT"],
];

const PUBLIC_PREFIX = "PUBLIC_DENO_";

/**
 * Returns true if an environment is one of dynamic-deno-server, so that its users get what they rely
 * on. An empty variable counts as unset.
 *
 * @example
 * ```ts
 * import { isOriginalEnvironment } from "./original_environment.ts";
 * isOriginalEnvironment({ FUNC_DIRECTORY: "/opt/functions" }); // true
 * isOriginalEnvironment({ PORT: "8080" }); // false
 * ```
 */
export function isOriginalEnvironment(environment: Readonly<Record<string, string>>): boolean {
  return Object.entries(environment).some(([name, value]) =>
    value !== "" && (ORIGINAL_VARIABLES.includes(name) || name.startsWith(PUBLIC_PREFIX))
  );
}
