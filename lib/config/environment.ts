import type { LogFormat, Settings } from "./settings.ts";
import { variableProblem } from "./variable.ts";

/** Settings found in the environment, and what was wrong with some of them. */
export interface EnvironmentSettings {
  readonly settings: Partial<Settings>;
  /** Said to the operator; the variable is passed over and `serve` goes on. */
  readonly warnings: readonly string[];
}

/** One variable: the names that it goes by, first wins, and what it sets. */
interface Variable {
  readonly names: readonly string[];
  readonly read: (text: string) => Partial<Settings>;
}

const variables: readonly Variable[] = [
  { names: ["SERVICE_PORT", "PORT"], read: (text) => ({ port: parsePort(text) }) },
  { names: ["SERVER_PORT"], read: (text) => ({ preferredPort: parsePort(text, 1) }) },
  { names: ["FUNC_DIRECTORY"], read: (text) => ({ functionsDirectory: text }) },
  { names: ["LOGS_DIRECTORY"], read: (text) => ({ logsDirectory: text }) },
  { names: ["ENABLE_LOGS", "SAVE_LOGS"], read: (text) => ({ saveLogs: parseBoolean(text) }) },
  { names: ["LOG_FORMAT"], read: (text) => ({ logFormat: parseLogFormat(text) }) },
  { names: ["CHECK_CODE"], read: (text) => ({ checkCode: parseBoolean(text) }) },
  { names: ["QUIET"], read: (text) => ({ quiet: parseBoolean(text) }) },
  { names: ["DDSRV_SOCKET"], read: (text) => ({ socket: text }) },
  { names: ["DDSRV_STATE_DIRECTORY"], read: (text) => ({ stateDirectory: text }) },
];

const PUBLIC_PREFIX = "PUBLIC_DENO_";

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
  let settings: Partial<Settings> = {};
  for (const { names, read } of variables) {
    // An empty variable is as good as none: it would name the current directory, or no port.
    const name = names.find((candidate) => (environment[candidate] ?? "") !== "");
    if (name === undefined) continue;
    try {
      settings = { ...settings, ...read(environment[name]!) };
    } catch (error) {
      warnings.push(`${name}: ${(error as Error).message}`);
    }
  }
  const env = functionEnvironment(environment, warnings);
  return { settings: Object.keys(env).length === 0 ? settings : { ...settings, env }, warnings };
}

function functionEnvironment(
  environment: Readonly<Record<string, string>>,
  warnings: string[],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(PUBLIC_PREFIX) && name.length > PUBLIC_PREFIX.length) {
      env[name.slice(PUBLIC_PREFIX.length)] = value;
    }
  }
  const json = environment["SERVER_ENVIRONMENT"] ?? environment["ENV_JSON"];
  if (json === undefined) return env;
  const given = parseEnvironmentJson(json);
  if (given === undefined) {
    warnings.push("Unable to parse ENV_JSON env. This should be a stringified JSON object.");
    return env;
  }
  for (const [name, value] of Object.entries(given)) {
    const problem = variableProblem(name, value);
    if (problem === undefined) env[name] = value;
    else warnings.push(`ENV_JSON: ${problem}`);
  }
  return env;
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

function parsePort(text: string, lowest = 0): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < lowest || port > 65535) {
    throw new RangeError(`"${text}" is not a port. Give a number from ${lowest} to 65535`);
  }
  return port;
}

function parseBoolean(text: string): boolean {
  switch (text.toLowerCase()) {
    case "true":
    case "1":
    case "yes":
      return true;
    case "false":
    case "0":
    case "no":
    case "":
      return false;
    default:
      throw new SyntaxError(`"${text}" is neither true nor false`);
  }
}

function parseLogFormat(text: string): LogFormat {
  if (text === "cri" || text === "docker") return text;
  throw new SyntaxError(`"${text}" is not a log format. Choose cri or docker`);
}
