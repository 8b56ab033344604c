import { join, resolve } from "node:path";
import { readCommonFile } from "./common_file.ts";
import { defaultPaths } from "./default_paths.ts";
import { defined } from "./defined.ts";
import { parseEnvironment } from "./environment.ts";
import { parseJsonFile } from "./json_file.ts";
import { type Policy, policySchema } from "./policy_schema.ts";
import { LIMIT_OPTIONS } from "./limit_options.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { defaultPermissions, withPermissions } from "./permissions.ts";
import { defaultSettings, type Settings, type SomeSettings } from "./settings.ts";

/** Name of the settings file of the functions directory, and of a function's manifest. */
export const SETTINGS_FILE = "ddsrv.json";

/** The settings in force, and what is to be told to the operator about them. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/**
 * Brings the settings together: flags win over environment, over `ddsrv.json` in the functions
 * directory, over defaults. Variables for functions add up instead.
 *
 * @throws {ConfigError} when `ddsrv.json` is not what it should be
 */
export async function loadSettings(
  flags: SomeSettings,
  environment: Readonly<Record<string, string>>,
  { uid = Deno.uid() }: { readonly uid?: number | null } = {},
): Promise<LoadedSettings> {
  const defaults = { ...defaultSettings, ...defaultPaths(uid, environment) };
  const { settings: variables, warnings } = parseEnvironment(environment);
  const chosen = { ...defaults, ...variables, ...flags };
  const functionsDirectory = resolve(chosen.functionsDirectory);
  const policy = await readPolicy(functionsDirectory);
  const fromFile = policySettings(policy);
  const settings: Settings = {
    ...defaults,
    ...fromFile,
    ...variables,
    ...flags,
    env: { ...policy.env, ...variables.env, ...flags.env },
    limits: completeLimits({ ...fromFile.limits, ...variables.limits, ...flags.limits }),
    functionsDirectory,
  };
  return {
    settings: {
      ...settings,
      logsDirectory: resolve(settings.logsDirectory),
      stateDirectory: resolve(settings.stateDirectory),
      socket: resolve(settings.socket),
      // There is nothing to be reached from a network of its own loopback.
      egress: settings.isolation === "rootless" ? "none" : settings.egress,
      envFile: settings.envFile && resolve(functionsDirectory, settings.envFile),
      tlsCert: resolveOptional(settings.tlsCert),
      tlsKey: resolveOptional(settings.tlsKey),
      accessLogFile: resolveOptional(settings.accessLogFile),
    },
    warnings,
  };
}

async function readPolicy(functionsDirectory: string): Promise<Policy> {
  const path = join(functionsDirectory, SETTINGS_FILE);
  const text = await readCommonFile(functionsDirectory, SETTINGS_FILE);
  return text === undefined
    ? {}
    : parseJsonFile({ path, text, schema: policySchema, isTrusted: true });
}

function policySettings(policy: Policy): SomeSettings {
  const {
    $schema: _,
    startTimeout,
    stopGrace,
    healthInterval,
    hangTimeout,
    domain,
    memory,
    dataSize,
    bandwidth,
    permissions,
    idle,
    drain,
    rescan,
    checkCpuTime,
    checkTimeout,
    logMaxSize,
    ...rest
  } = policy;
  const limits: { -readonly [Field in keyof Limits]?: number } = {};
  const same: Record<string, unknown> = { ...rest };
  for (const { name, field } of LIMIT_OPTIONS) {
    if (typeof same[name] === "number") limits[field] = same[name];
    delete same[name];
  }
  const renamed = {
    startTimeoutMs: startTimeout,
    stopGraceMs: stopGrace,
    healthIntervalMs: healthInterval,
    hangTimeoutMs: hangTimeout,
    memoryBytes: memory,
    dataBytes: dataSize,
    bandwidthBits: bandwidth,
    domains: domain,
    idleMs: idle,
    drainMs: drain,
    rescanMs: rescan,
    checkCpuTimeMs: checkCpuTime,
    checkTimeoutMs: checkTimeout,
    logMaxBytes: logMaxSize,
    permissions: permissions && withPermissions(defaultPermissions, permissions),
  };
  return { ...defined({ ...same, ...renamed }), limits };
}

function resolveOptional(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}
