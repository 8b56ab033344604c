import { ENVIRONMENT_VARIABLES } from "./environment_variables.ts";
import { functionVariables } from "./function_variables.ts";
import type { SomeSettings } from "./settings.ts";

/** Settings found in the environment, and what was wrong with some of them. */
export interface EnvironmentSettings {
  readonly settings: SomeSettings;
  /** Said to the operator; the variable is passed over and `serve` goes on. */
  readonly warnings: readonly string[];
}

/**
 * The settings that environment variables give: the original's names and our own.
 *
 * @example
 * ```ts
 * import { parseEnvironment } from "./environment.ts";
 * parseEnvironment({ SERVICE_PORT: "8080" }).settings; // { port: 8080 }
 * ```
 */
export function parseEnvironment(
  environment: Readonly<Record<string, string>>,
): EnvironmentSettings {
  const warnings: string[] = [];
  let settings: SomeSettings = {};
  for (const { names, read } of ENVIRONMENT_VARIABLES) {
    // An empty variable is as good as none: it would name the current directory, or no port.
    const name = names.find((candidate) => (environment[candidate] ?? "") !== "");
    if (name === undefined) continue;
    try {
      const more = read(environment[name]!);
      const limits = { ...settings.limits, ...more.limits };
      settings = { ...settings, ...more, ...(more.limits === undefined ? {} : { limits }) };
    } catch (error) {
      warnings.push(`${name}: ${(error as Error).message}`);
    }
  }
  const { env, warnings: more } = functionVariables(environment);
  warnings.push(...more);
  return { settings: Object.keys(env).length === 0 ? settings : { ...settings, env }, warnings };
}
