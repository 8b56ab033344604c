import { variableProblem } from "./variable.ts";

/** Variables for functions, and what was wrong with some of them. */
export interface FunctionVariables {
  readonly env: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

const PUBLIC_PREFIX = "PUBLIC_DENO_";

/** The variables that the environment has for functions: the original's three ways. */
export function functionVariables(
  environment: Readonly<Record<string, string>>,
): FunctionVariables {
  const warnings: string[] = [];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(PUBLIC_PREFIX) && name.length > PUBLIC_PREFIX.length) {
      env[name.slice(PUBLIC_PREFIX.length)] = value;
    }
  }
  const json = environment["SERVER_ENVIRONMENT"] ?? environment["ENV_JSON"];
  if (json === undefined) return { env, warnings };
  const given = parseEnvironmentJson(json);
  if (given === undefined) {
    warnings.push("Unable to parse ENV_JSON env. This should be a stringified JSON object.");
    return { env, warnings };
  }
  for (const [name, value] of Object.entries(given)) {
    const problem = variableProblem(name, value);
    if (problem === undefined) env[name] = value;
    else warnings.push(`ENV_JSON: ${problem}`);
  }
  return { env, warnings };
}

function parseEnvironmentJson(json: string): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return undefined;
    }
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
  } catch {
    return undefined;
  }
}
