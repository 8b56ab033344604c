import { isDebug } from "./debug.ts";
import { parseDuration, parseIdle, parseRescan } from "./duration.ts";
import { functionVariables } from "./function_variables.ts";
import { LIMIT_OPTIONS, limitVariable, parseLimit } from "./limit_options.ts";
import { parseLogMaxFiles, parseLogMaxSize } from "./log_bounds.ts";
import { checkedCidr, parseDomain } from "./network_address.ts";
import {
  type LogFormat,
  MAX_HEALTH_ATTEMPTS,
  parseAccessLogFormat,
  parseConsoleFormat,
  parseIsolationLevel,
  type SomeSettings,
} from "./settings.ts";

/** Settings found in the environment, and what was wrong with some of them. */
export interface EnvironmentSettings {
  readonly settings: SomeSettings;
  /** Said to the operator; the variable is passed over and `serve` goes on. */
  readonly warnings: readonly string[];
}

/** One variable: the names that it goes by, first wins, and what it sets. */
interface Variable {
  readonly names: readonly string[];
  readonly read: (text: string) => SomeSettings;
}

const variables: readonly Variable[] = [
  { names: ["SERVICE_PORT", "PORT"], read: (text) => ({ port: parsePort(text) }) },
  { names: ["SERVER_PORT"], read: (text) => ({ preferredPort: parsePort(text, 1) }) },
  { names: ["FUNC_DIRECTORY"], read: (text) => ({ functionsDirectory: text }) },
  { names: ["LOGS_DIRECTORY"], read: (text) => ({ logsDirectory: text }) },
  { names: ["ENABLE_LOGS", "SAVE_LOGS"], read: (text) => ({ saveLogs: parseBoolean(text) }) },
  { names: ["LOG_FORMAT"], read: (text) => ({ logFormat: parseLogFormat(text) }) },
  { names: ["DDSRV_LOG_MAX_SIZE"], read: (text) => ({ logMaxBytes: parseLogMaxSize(text) }) },
  { names: ["DDSRV_LOG_MAX_FILES"], read: (text) => ({ logMaxFiles: parseLogMaxFiles(text) }) },
  { names: ["CHECK_CODE"], read: (text) => ({ checkCode: parseBoolean(text) }) },
  {
    names: ["HEALTH_CHECK_ATTEMPTS"],
    read: (text) => ({ healthAttempts: parseHealthAttempts(text) }),
  },
  {
    names: ["DISABLE_HEALTH_CHECKS"],
    read: (text) => parseBoolean(text) ? { healthAttempts: 0 } : {},
  },
  { names: ["WATCH_FILES"], read: (text) => ({ watch: parseBoolean(text) }) },
  { names: ["DEBUG"], read: (text) => ({ debug: isDebug(text) }) },
  { names: ["QUIET"], read: (text) => ({ quiet: parseBoolean(text) }) },
  {
    names: ["DDSRV_LOG_FORMAT"],
    read: (text) => ({ consoleFormat: parseConsoleFormat(text) }),
  },
  { names: ["ENV_FILE"], read: (text) => ({ envFile: text }) },
  { names: ["DDSRV_SOCKET"], read: (text) => ({ socket: text }) },
  { names: ["DDSRV_ADMIN_PORT"], read: (text) => ({ adminPort: parsePort(text) }) },
  { names: ["DDSRV_ADMIN_HOSTNAME"], read: (text) => ({ adminHostname: text }) },
  { names: ["DDSRV_IDLE"], read: (text) => ({ idleMs: parseIdle(text) }) },
  { names: ["DDSRV_DRAIN"], read: (text) => ({ drainMs: parseDuration(text) }) },
  { names: ["DDSRV_RESCAN"], read: (text) => ({ rescanMs: parseRescan(text) }) },
  { names: ["DDSRV_STATE_DIRECTORY"], read: (text) => ({ stateDirectory: text }) },
  {
    names: ["DDSRV_ISOLATION"],
    read: (text) => ({ isolation: parseIsolationLevel(text) }),
  },
  {
    names: ["DDSRV_TRUSTED_PROXIES"],
    read: (text) => ({ trustedProxies: parseList(text).map(checkedCidr) }),
  },
  { names: ["DDSRV_DOMAIN"], read: (text) => ({ domains: parseList(text).map(parseDomain) }) },
  { names: ["DDSRV_HIDE_ERRORS"], read: (text) => ({ hideErrors: parseBoolean(text) }) },
  { names: ["DDSRV_COMPAT_RELOAD"], read: (text) => ({ compatReload: parseBoolean(text) }) },
  { names: ["DDSRV_TLS_CERT"], read: (text) => ({ tlsCert: text }) },
  { names: ["DDSRV_TLS_KEY"], read: (text) => ({ tlsKey: text }) },
  { names: ["DDSRV_ACCESS_LOG"], read: (text) => ({ accessLog: parseAccessLogFormat(text) }) },
  { names: ["DDSRV_ACCESS_LOG_FILE"], read: (text) => ({ accessLogFile: text }) },
  ...LIMIT_OPTIONS.map((option) => ({
    names: [limitVariable(option)],
    read: (text: string) => ({ limits: { [option.field]: parseLimit(option, text) } }),
  })),
];

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
  for (const { names, read } of variables) {
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

function parsePort(text: string, lowest = 0): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < lowest || port > 65535) {
    throw new RangeError(`"${text}" is not a port. Give a number from ${lowest} to 65535`);
  }
  return port;
}

function parseHealthAttempts(text: string): number {
  const attempts = Number(text);
  if (/^\d{1,4}$/.test(text) && attempts <= MAX_HEALTH_ATTEMPTS) return attempts;
  throw new RangeError(
    `"${text}" is no number of attempts. Give a number from 0 to ${MAX_HEALTH_ATTEMPTS}`,
  );
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

function parseList(text: string): string[] {
  return text.split(",").map((one) => one.trim()).filter((one) => one !== "");
}
