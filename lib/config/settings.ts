import type { Egress } from "./egress.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { defaultPermissions, type Permissions } from "./permissions.ts";
import type { RateLimit } from "./rate_limit.ts";

/** Everything that `serve` can be told, complete: flags over environment over file over default. */
export interface Settings {
  /** Absolute path of the directory whose subdirectories are the functions. */
  readonly functionsDirectory: string;
  /** Address that the proxy listens on. */
  readonly hostname: string;
  /** Port that the proxy listens on; 0 lets the kernel choose. */
  readonly port: number;
  /** Path of the control socket. */
  readonly socket: string;
  readonly isolation: IsolationLevel;
  /** Port of the endpoints for those who watch; without one, there are none. */
  readonly adminPort: number | undefined;
  /** Address that these listen on. */
  readonly adminHostname: string;
  /** Names of hosts, in lower case, that these answer to, beside addresses and `localhost`. */
  readonly adminHosts: readonly string[];
  /** Where each function's log file is. */
  readonly logsDirectory: string;
  readonly saveLogs: boolean;
  readonly logFormat: LogFormat;
  /** Size at which a log file is put away, and another one begun. */
  readonly logMaxBytes: number;
  /** How many files of one log there are at most, the current one included. */
  readonly logMaxFiles: number;
  /** For locks and small files, as long as it runs. */
  readonly runtimeDirectory: string;
  /** For locks of what only one supervisor of this user may have; the same in every environment. */
  readonly lockDirectory: string;
  /** Where module caches and functions' data are; survives restarts. */
  readonly stateDirectory: string;
  /** No function lines on the console. */
  readonly quiet: boolean;
  readonly consoleFormat: ConsoleFormat;
  /** Tell each event and its effects, and where faults of our own come from. */
  readonly debug: boolean;
  /** Type-check a function before it is started. */
  readonly checkCode: boolean;
  /** The most processor time that one check uses, in milliseconds. */
  readonly checkCpuTimeMs: number;
  /** Longest time of one check by the clock, even if it gets little of the processor. */
  readonly checkTimeoutMs: number;
  /** The port that is taken when a function listens on several. */
  readonly preferredPort: number;
  /** Variables for every function. */
  readonly env: Readonly<Record<string, string>>;
  /** A file with more of them, which {@linkcode env} wins over. */
  readonly envFile: string | undefined;
  /** The most that any function may reach. */
  readonly egress: Egress;
  /** The most of Deno's permissions that any function gets. */
  readonly permissions: Permissions;
  /** Hosts, beside Deno's default list, that code may be imported from: `host` or `host:port`. */
  readonly allowImport: readonly string[];
  /**
   * Hosts that npm packages may come from where a function's `.npmrc` says so, beside the registry
   * that Deno uses by itself: `host` or `host:port`.
   */
  readonly registries: readonly string[];
  /** Resolvers that functions ask; none means those of the host. */
  readonly dns: readonly string[];
  /** The addresses that namespaces are given, as a CIDR of 16 bits. */
  readonly addressRange: string;
  /** The most memory of any one instance, in bytes, swap included. */
  readonly memoryBytes: number;
  /** The most cores that any one instance keeps busy; may be a fraction. */
  readonly cpu: number;
  /** The most processes and threads of any one instance. */
  readonly processes: number;
  /** The most that any one function keeps on disk, in bytes. */
  readonly dataBytes: number;
  /** The most files, directories and links that any one function keeps. */
  readonly dataFiles: number;
  /** The most bits a second that any one instance sends, and that it gets. */
  readonly bandwidthBits: number;
  /** First and last of the users that functions run as; a range of our own when left out. */
  readonly uidRange: readonly [first: number, last: number] | undefined;
  /** How long a process may take until it listens. */
  readonly startTimeoutMs: number;
  /** Path that must answer below 400 before a function gets requests, unless it names another. */
  readonly healthPath: string | undefined;
  /** How often that is asked at most; with 0, not at all: to listen is enough. */
  readonly healthAttempts: number;
  /** Time between two requests for the health path of a function that serves; or Infinity. */
  readonly healthIntervalMs: number;
  /** How long the event loop of a function without one may be held while requests wait. */
  readonly hangTimeoutMs: number;
  /** How long a process may take to end after SIGTERM. */
  readonly stopGraceMs: number;
  /** After this long without a request an instance is stopped, until the next one; or Infinity. */
  readonly idleMs: number;
  /** How long a replaced instance may take to finish the requests that it has. */
  readonly drainMs: number;
  /** What clients and functions may send through the proxy, and how long they may take. */
  readonly limits: Limits;
  /** Requests of one client, at all functions together. */
  readonly rateLimit: RateLimit;
  /** Functions get their requests with the prefix, unless they say otherwise. */
  readonly keepPrefix: boolean;
  /** Peers, as addresses or CIDRs, whose forwarding fields are believed. */
  readonly trustedProxies: readonly string[];
  /** Domains whose subdomains lead to functions, in lower case. */
  readonly domains: readonly string[];
  /** Tell clients no more of a fault than its kind. */
  readonly hideErrors: boolean;
  /** `POST /NAME/reload` reloads a function, as in the original, in place of reaching it. */
  readonly compatReload: boolean;
  /** Paths of a certificate chain and its key, in PEM; without them, no TLS. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** The format of the access log; without one, there is none. */
  readonly accessLog: AccessLogFormat | undefined;
  /** Where the access log goes; standard output where nothing is said. */
  readonly accessLogFile: string | undefined;
  /** Time between two full scans, for mounts that send no events. */
  readonly rescanMs: number;
  /** The most files and folders in one function's folder; one that has more is not taken up. */
  readonly maxFiles: number;
  /** How long files must have been at rest before they are taken up. */
  readonly settleMs: number;
  /** New code of a function that serves is taken up by itself, and not only when it is asked for. */
  readonly watch: boolean;
}

/** How functions are kept apart, from most to least; nothing chooses less by itself. */
export const ISOLATION_LEVELS = ["full", "rootless", "none"] as const;

/**
 * One of them: every layer, as root; what an ordinary user's namespaces give, without egress; or
 * Deno's permissions alone.
 */
export type IsolationLevel = typeof ISOLATION_LEVELS[number];

/** More of them would be no health check but a load. */
export const MAX_HEALTH_ATTEMPTS = 1_000;

/** The line formats of log files. */
export const LOG_FORMATS = ["cri", "docker"] as const;

/** One of them: that of the container runtime interface, or of Docker's json-file driver. */
export type LogFormat = typeof LOG_FORMATS[number];

/** What lines of `serve` itself may look like. */
export const CONSOLE_FORMATS = ["text", "json"] as const;

/** One of them: for people, or a JSON object each. */
export type ConsoleFormat = typeof CONSOLE_FORMATS[number];

/** The line formats of the access log. */
export const ACCESS_LOG_FORMATS = ["json", "combined"] as const;

/** One of them: JSON, or the combined format that Apache and nginx write. */
export type AccessLogFormat = typeof ACCESS_LOG_FORMATS[number];

/** What is taken where nobody says otherwise. */
export const defaultSettings: Settings = {
  functionsDirectory: "/opt/functions",
  hostname: "0.0.0.0",
  port: 9999,
  socket: "/run/ddsrv/ddsrv.sock",
  isolation: "full",
  adminPort: undefined,
  adminHostname: "127.0.0.1",
  adminHosts: [],
  logsDirectory: "/opt/logs",
  saveLogs: true,
  logFormat: "cri",
  logMaxBytes: 10 * 1024 ** 2,
  logMaxFiles: 5,
  runtimeDirectory: "/run/ddsrv",
  lockDirectory: "/run/ddsrv/locks",
  stateDirectory: "/var/lib/ddsrv",
  quiet: false,
  consoleFormat: "text",
  debug: false,
  checkCode: true,
  checkCpuTimeMs: 60_000,
  checkTimeoutMs: 10 * 60_000,
  preferredPort: 8000,
  env: {},
  envFile: undefined,
  egress: "internet",
  permissions: defaultPermissions,
  allowImport: [],
  registries: [],
  dns: [],
  addressRange: "10.213.0.0/16",
  memoryBytes: 1024 ** 3,
  cpu: Infinity,
  processes: 512,
  dataBytes: 1024 ** 3,
  dataFiles: 65_536,
  bandwidthBits: Infinity,
  uidRange: undefined,
  startTimeoutMs: 30_000,
  healthPath: undefined,
  healthAttempts: 5,
  healthIntervalMs: 10_000,
  hangTimeoutMs: 60_000,
  stopGraceMs: 5_000,
  idleMs: Infinity,
  drainMs: 30_000,
  limits: defaultLimits,
  rateLimit: "none",
  keepPrefix: false,
  trustedProxies: [],
  domains: [],
  hideErrors: false,
  compatReload: false,
  tlsCert: undefined,
  tlsKey: undefined,
  accessLog: undefined,
  accessLogFile: undefined,
  rescanMs: 3_000,
  maxFiles: 50_000,
  settleMs: 200,
  watch: true,
};

/** Some of the settings, and some of the limits. */
export type SomeSettings = Partial<Omit<Settings, "limits">> & {
  readonly limits?: Partial<Limits>;
};

/**
 * A format of the access log by its name.
 *
 * @throws {SyntaxError} when there is none of that name
 */
export function parseAccessLogFormat(text: string): AccessLogFormat {
  const format = ACCESS_LOG_FORMATS.find((one) => one === text);
  if (format !== undefined) return format;
  throw new SyntaxError(
    `"${text}" is not a format of the access log. Choose ${ACCESS_LOG_FORMATS.join(" or ")}`,
  );
}

/**
 * A format of the console by its name.
 *
 * @throws {SyntaxError} when there is none of that name
 */
export function parseConsoleFormat(text: string): ConsoleFormat {
  const format = CONSOLE_FORMATS.find((one) => one === text);
  if (format !== undefined) return format;
  throw new SyntaxError(`"${text}" is no format. Choose ${CONSOLE_FORMATS.join(" or ")}`);
}

/**
 * A level of isolation by its name.
 *
 * @throws {SyntaxError} when there is none of that name
 */
export function parseIsolationLevel(text: string): IsolationLevel {
  const level = ISOLATION_LEVELS.find((one) => one === text);
  if (level !== undefined) return level;
  throw new SyntaxError(
    `"${text}" is no level of isolation. Choose ${ISOLATION_LEVELS.join(", ")}`,
  );
}
