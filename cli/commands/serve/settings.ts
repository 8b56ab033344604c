import { resolve } from "node:path";
import { defined } from "../../../lib/config/defined.ts";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { LIMIT_OPTIONS, type LimitOption } from "../../../lib/config/limit_options.ts";
import type { Limits } from "../../../lib/config/limits.ts";
import { loadSettings } from "../../../lib/config/load_settings.ts";
import type { Settings } from "../../../lib/config/settings.ts";
import { CliError } from "../../exit_code.ts";

/** Options of `ddsrv serve`, and its limits beside them. */
export interface ServeOptions {
  readonly port?: number | undefined;
  readonly hostname?: string | undefined;
  readonly socket?: string | undefined;
  readonly adminPort?: number | undefined;
  readonly adminHostname?: string | undefined;
  readonly adminHosts?: string[] | undefined;
  readonly logsDir?: string | undefined;
  readonly logs: boolean;
  readonly logFileFormat?: Settings["logFormat"] | undefined;
  readonly logMaxSize?: number | undefined;
  readonly logMaxFiles?: number | undefined;
  readonly stateDir?: string | undefined;
  readonly isolation?: Settings["isolation"] | undefined;
  readonly egress?: Settings["egress"] | undefined;
  readonly envFile?: string | undefined;
  readonly dns?: string[] | undefined;
  readonly allowImport?: string[] | undefined;
  readonly registry?: string[] | undefined;
  readonly check: boolean;
  readonly checkCpuTime?: number | undefined;
  readonly checkTimeout?: number | undefined;
  readonly idle?: number | undefined;
  readonly drain?: number | undefined;
  readonly rescan?: number | undefined;
  readonly maxFiles?: number | undefined;
  readonly watch: boolean;
  readonly quiet?: true | undefined;
  readonly logFormat?: Settings["consoleFormat"] | undefined;
  readonly domain?: string[] | undefined;
  readonly trustedProxies?: string[] | undefined;
  readonly rateLimit?: Settings["rateLimit"] | undefined;
  readonly hideErrors?: true | undefined;
  readonly compatReload?: true | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly accessLog?: Settings["accessLog"];
  readonly accessLogFile?: string | undefined;
}

/**
 * The settings that flags, environment and file come to.
 *
 * @throws {CliError} when they make no sense
 */
export async function readSettings(
  directory: string | undefined,
  options: ServeOptions,
): ReturnType<typeof loadSettings> {
  const { logs, check, watch, logsDir, stateDir, domain } = options;
  const flags = defined({
    functionsDirectory: directory,
    port: options.port,
    hostname: options.hostname,
    socket: options.socket,
    adminPort: options.adminPort,
    adminHostname: options.adminHostname,
    adminHosts: options.adminHosts,
    logsDirectory: logsDir,
    saveLogs: logs ? undefined : false,
    logFormat: options.logFileFormat,
    logMaxBytes: options.logMaxSize,
    logMaxFiles: options.logMaxFiles,
    stateDirectory: stateDir,
    isolation: options.isolation,
    egress: options.egress,
    envFile: options.envFile === undefined ? undefined : resolve(options.envFile),
    dns: options.dns,
    allowImport: options.allowImport,
    registries: options.registry,
    checkCode: check ? undefined : false,
    checkCpuTimeMs: options.checkCpuTime,
    checkTimeoutMs: options.checkTimeout,
    idleMs: options.idle,
    drainMs: options.drain,
    rescanMs: options.rescan,
    maxFiles: options.maxFiles,
    watch: watch ? undefined : false,
    quiet: options.quiet,
    consoleFormat: options.logFormat,
    domains: domain,
    trustedProxies: options.trustedProxies,
    rateLimit: options.rateLimit,
    hideErrors: options.hideErrors,
    compatReload: options.compatReload,
    tlsCert: options.tlsCert,
    tlsKey: options.tlsKey,
    accessLog: options.accessLog,
    accessLogFile: options.accessLogFile,
    limits: limitsOf(options),
  });
  try {
    const loaded = await loadSettings(flags, Deno.env.toObject());
    requireKeyPair(loaded.settings);
    return loaded;
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new CliError(`${error.message}\nMend it and start again`);
    }
    throw error;
  }
}

function requireKeyPair({ tlsCert, tlsKey }: Settings): void {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return;
  const [given, missing] = tlsCert === undefined ? ["key", "cert"] : ["cert", "key"];
  throw new CliError(
    `TLS needs a certificate and its key, and only --tls-${given} is set. Set --tls-${missing} too`,
  );
}

/** The limits among a command's options. */
function limitsOf(options: object): Partial<Limits> {
  const given = options as Readonly<Record<string, unknown>>;
  const entries = LIMIT_OPTIONS.flatMap(({ name, field }: LimitOption) =>
    typeof given[name] === "number" ? [[field, given[name]]] : []
  );
  return Object.fromEntries(entries) as Partial<Limits>;
}
