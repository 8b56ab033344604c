import { variableProblem } from "./variable.ts";

/** Variables for functions, and a warning for each variable that is not valid. */
export interface FunctionVariables {
  readonly env: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** Variables whose values go to functions, and what they are for. */
export const FUNCTION_VARIABLES: readonly {
  readonly names: readonly string[];
  readonly purpose: string;
}[] = [
  {
    names: ["SERVER_ENVIRONMENT", "ENV_JSON"],
    purpose: "variables for every function, as a JSON object",
  },
  { names: ["PUBLIC_DENO_NAME"], purpose: "functions see its value in the variable NAME" },
];

const PUBLIC_PREFIX = "PUBLIC_DENO_";

/** Returns the names of the variables that {@linkcode functionVariables} reads. */
export function functionVariableNames(environment: Readonly<Record<string, string>>): string[] {
  const json = ["SERVER_ENVIRONMENT", "ENV_JSON"].find((name) => environment[name] !== undefined);
  const isPublic = (name: string): boolean =>
    name.startsWith(PUBLIC_PREFIX) && name.length > PUBLIC_PREFIX.length;
  return [...json === undefined ? [] : [json], ...Object.keys(environment).filter(isPublic)];
}

/** Reads the variables that the environment has for functions, as dynamic-deno-server does. */
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
