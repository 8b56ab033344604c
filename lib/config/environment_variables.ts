import { isDebug } from "./debug.ts";
import {
  parseCheckBound,
  parseDuration,
  parseIdle,
  parseLiveness,
  parseRescan,
} from "./duration.ts";
import { LIMIT_OPTIONS, limitVariable, parseLimit } from "./limit_options.ts";
import { parseLogMaxFiles, parseLogMaxSize } from "./log_bounds.ts";
import { parseMaxFiles } from "./max_files.ts";
import { checkedCidr, parseDomain, parseFetchHost, parseHostName } from "./network_address.ts";
import { parseRateLimit } from "./rate_limit.ts";
import {
  parseAccessLogFormat,
  parseConsoleFormat,
  parseIsolationLevel,
  type SomeSettings,
} from "./settings.ts";
import {
  parseBoolean,
  parseHealthAttempts,
  parseList,
  parseLogFormat,
  parsePort,
} from "./variable_value.ts";

/** One variable: the names that it goes by, first wins, and what it sets. */
export interface EnvironmentVariable {
  readonly names: readonly string[];
  /** What it is for, and how it is written. */
  readonly purpose: string;
  /** Throws what was wrong with a value. */
  readonly read: (text: string) => SomeSettings;
}

/** Every variable that sets one of the settings. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  {
    names: ["SERVICE_PORT", "PORT"],
    purpose: "port of the proxy; 0 for a free one",
    read: (text) => ({ port: parsePort(text) }),
  },
  {
    names: ["SERVER_PORT"],
    purpose: "the port that is taken when a function listens on several",
    read: (text) => ({ preferredPort: parsePort(text, 1) }),
  },
  {
    names: ["FUNC_DIRECTORY"],
    purpose: "the functions directory",
    read: (text) => ({ functionsDirectory: text }),
  },
  {
    names: ["LOGS_DIRECTORY"],
    purpose: "directory of log files",
    read: (text) => ({ logsDirectory: text }),
  },
  {
    names: ["ENABLE_LOGS", "SAVE_LOGS"],
    purpose: "true or false: write log files",
    read: (text) => ({ saveLogs: parseBoolean(text) }),
  },
  {
    names: ["LOG_FORMAT"],
    purpose: "the lines of log files: cri or docker",
    read: (text) => ({ logFormat: parseLogFormat(text) }),
  },
  {
    names: ["DDSRV_LOG_MAX_SIZE"],
    purpose: "size at which a log file is put away: 10MiB",
    read: (text) => ({ logMaxBytes: parseLogMaxSize(text) }),
  },
  {
    names: ["DDSRV_LOG_MAX_FILES"],
    purpose: "files that are kept of each log, the current one included: 5",
    read: (text) => ({ logMaxFiles: parseLogMaxFiles(text) }),
  },
  {
    names: ["CHECK_CODE"],
    purpose: "true or false: type-check code before it is started",
    read: (text) => ({ checkCode: parseBoolean(text) }),
  },
  {
    names: ["DDSRV_CHECK_CPU_TIME"],
    purpose: "the most processor time that one check uses: 60s",
    read: (text) => ({ checkCpuTimeMs: parseCheckBound(text) }),
  },
  {
    names: ["DDSRV_CHECK_TIMEOUT"],
    purpose: "how long one check may run: 10m",
    read: (text) => ({ checkTimeoutMs: parseCheckBound(text) }),
  },
  {
    names: ["HEALTH_CHECK_ATTEMPTS"],
    purpose: "how often a start is looked at until it counts as ready; 0: not at all",
    read: (text) => ({ healthAttempts: parseHealthAttempts(text) }),
  },
  {
    names: ["DISABLE_HEALTH_CHECKS"],
    purpose: "true: as 0 attempts",
    read: (text) => parseBoolean(text) ? { healthAttempts: 0 } : {},
  },
  {
    names: ["DDSRV_HEALTH_INTERVAL"],
    purpose: "between two requests for a health path: 10s, or never",
    read: (text) => ({ healthIntervalMs: parseLiveness(text) }),
  },
  {
    names: ["DDSRV_HANG_TIMEOUT"],
    purpose: "replace a function that hangs for so long: 1m, or never",
    read: (text) => ({ hangTimeoutMs: parseLiveness(text) }),
  },
  {
    names: ["WATCH_FILES"],
    purpose: "true or false: take up changes of files",
    read: (text) => ({ watch: parseBoolean(text) }),
  },
  {
    names: ["DEBUG"],
    purpose: "anything but false: say more of what is done, and where errors arose",
    read: (text) => ({ debug: isDebug(text) }),
  },
  {
    names: ["QUIET"],
    purpose: "true or false: print no lines of functions",
    read: (text) => ({ quiet: parseBoolean(text) }),
  },
  {
    names: ["DDSRV_LOG_FORMAT"],
    purpose: "the lines on the console: text or json",
    read: (text) => ({ consoleFormat: parseConsoleFormat(text) }),
  },
  {
    names: ["ENV_FILE"],
    purpose: "file with variables for every function, relative to the functions directory",
    read: (text) => ({ envFile: text }),
  },
  { names: ["DDSRV_SOCKET"], purpose: "the control socket", read: (text) => ({ socket: text }) },
  {
    names: ["DDSRV_ADMIN_PORT"],
    purpose: "port of the admin endpoint",
    read: (text) => ({ adminPort: parsePort(text) }),
  },
  {
    names: ["DDSRV_ADMIN_HOSTNAME"],
    purpose: "address of the admin endpoint",
    read: (text) => ({ adminHostname: text }),
  },
  {
    names: ["DDSRV_ADMIN_HOSTS"],
    purpose: "names of hosts that the admin endpoint answers to, with commas between",
    read: (text) => ({ adminHosts: parseList(text).map(parseHostName) }),
  },
  {
    names: ["DDSRV_IDLE"],
    purpose: "stop a function that has no request for so long: 15m, or never",
    read: (text) => ({ idleMs: parseIdle(text) }),
  },
  {
    names: ["DDSRV_DRAIN"],
    purpose: "for what a replaced instance has still to answer: 30s",
    read: (text) => ({ drainMs: parseDuration(text) }),
  },
  {
    names: ["DDSRV_START_TIMEOUT"],
    purpose: "until a process listens: 30s",
    read: (text) => ({ startTimeoutMs: parseDuration(text) }),
  },
  {
    names: ["DDSRV_STOP_GRACE"],
    purpose: "between SIGTERM and SIGKILL: 5s",
    read: (text) => ({ stopGraceMs: parseDuration(text) }),
  },
  {
    names: ["DDSRV_RESCAN"],
    purpose: "between two looks at all folders: 3s",
    read: (text) => ({ rescanMs: parseRescan(text) }),
  },
  {
    names: ["DDSRV_MAX_FILES"],
    purpose: "the most files and folders in one function's folder",
    read: (text) => ({ maxFiles: parseMaxFiles(text) }),
  },
  {
    names: ["DDSRV_STATE_DIRECTORY"],
    purpose: "directory of caches and of functions' data",
    read: (text) => ({ stateDirectory: text }),
  },
  {
    names: ["DDSRV_ISOLATION"],
    purpose: "how functions are kept apart: full, rootless or none",
    read: (text) => ({ isolation: parseIsolationLevel(text) }),
  },
  {
    names: ["DDSRV_REGISTRIES"],
    purpose: "hosts that a function's .npmrc may name, with commas between",
    read: (text) => ({ registries: parseList(text).map(parseFetchHost) }),
  },
  {
    names: ["DDSRV_TRUSTED_PROXIES"],
    purpose: "peers whose forwarding fields are believed, with commas between",
    read: (text) => ({ trustedProxies: parseList(text).map(checkedCidr) }),
  },
  {
    names: ["DDSRV_DOMAIN"],
    purpose: "domains whose subdomains lead to functions, with commas between",
    read: (text) => ({ domains: parseList(text).map(parseDomain) }),
  },
  {
    names: ["DDSRV_RATE_LIMIT"],
    purpose: "requests of each client: 100/s, 600/m, 100/s burst 200, or none",
    read: (text) => ({ rateLimit: parseRateLimit(text) }),
  },
  {
    names: ["DDSRV_HIDE_ERRORS"],
    purpose: "true or false: tell clients only the kind of a fault",
    read: (text) => ({ hideErrors: parseBoolean(text) }),
  },
  {
    names: ["DDSRV_COMPAT_RELOAD"],
    purpose: "true or false: answer POST /NAME/reload",
    read: (text) => ({ compatReload: parseBoolean(text) }),
  },
  {
    names: ["DDSRV_TLS_CERT"],
    purpose: "certificate chain, PEM",
    read: (text) => ({ tlsCert: text }),
  },
  {
    names: ["DDSRV_TLS_KEY"],
    purpose: "the certificate's key, PEM",
    read: (text) => ({ tlsKey: text }),
  },
  {
    names: ["DDSRV_ACCESS_LOG"],
    purpose: "log every request: json or combined",
    read: (text) => ({ accessLog: parseAccessLogFormat(text) }),
  },
  {
    names: ["DDSRV_ACCESS_LOG_FILE"],
    purpose: "file of the access log",
    read: (text) => ({ accessLogFile: text }),
  },
  ...LIMIT_OPTIONS.map((option) => ({
    names: [limitVariable(option)],
    purpose: option.summary,
    read: (text: string) => ({ limits: { [option.field]: parseLimit(option, text) } }),
  })),
];

/** Variables whose values go to functions, and what they are for. */
export const FUNCTION_VARIABLES: readonly Pick<EnvironmentVariable, "names" | "purpose">[] = [
  {
    names: ["SERVER_ENVIRONMENT", "ENV_JSON"],
    purpose: "variables for every function, as an object in JSON",
  },
  { names: ["PUBLIC_DENO_NAME"], purpose: "functions see its value in the variable NAME" },
];
