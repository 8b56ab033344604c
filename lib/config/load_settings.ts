import { join, resolve } from "node:path";
import { readCommonFile } from "./common_file.ts";
import type { ConfigSources } from "./config_sources.ts";
import { defaultPaths } from "./default_paths.ts";
import { parseEnvironment } from "./environment.ts";
import { directorySchema, settingsIn } from "./file_schema.ts";
import { parseJsonFile } from "./json_file.ts";
import { isOriginalEnvironment } from "./original_environment.ts";
import { originsOf } from "./origins.ts";
import {
  completeSettings,
  defaultSettings,
  mergeSettings,
  type Settings,
  type SomeSettings,
} from "./settings.ts";

/** Name of the settings file of the functions directory, and of a function's manifest. */
export const SETTINGS_FILE = "ddsrv.json";

/** The settings of a supervisor, and warnings for its operator. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** Where they come from, without the flags, whose names the caller knows. */
  readonly sources: Omit<ConfigSources, "flags">;
  readonly warnings: readonly string[];
}

/**
 * Loads the settings: flags win over environment variables, over `ddsrv.json` in the functions
 * directory, over defaults. Variables for functions are merged by the same precedence.
 *
 * @throws {ConfigError} if `ddsrv.json` is not valid
 */
export async function loadSettings(
  flags: SomeSettings,
  environment: Readonly<Record<string, string>>,
  { uid = Deno.uid() }: { readonly uid?: number | null } = {},
): Promise<LoadedSettings> {
  const { settings: variables, names, used, warnings } = parseEnvironment(environment);
  const functionsDirectory = resolve(
    flags.functionsDirectory ?? variables.functionsDirectory ?? defaultSettings.functionsDirectory,
  );
  const read = await readSettingsFile(functionsDirectory);
  const file = read ?? {};
  const settings = completeSettings({
    ...mergeSettings(
      defaultPaths(uid, environment),
      { compatHealthcheck: isOriginalEnvironment(environment) },
      file,
      variables,
      flags,
    ),
    env: { ...file.env, ...variables.env, ...flags.env },
    functionsDirectory,
    origins: originsOf({ file, variables, names, flags }),
  });
  return {
    settings: {
      ...settings,
      logsDirectory: resolve(settings.logsDirectory),
      stateDirectory: resolve(settings.stateDirectory),
      socket: resolve(settings.socket),
      // A rootless function has no network but its own loopback.
      egress: settings.isolation === "rootless" ? "none" : settings.egress,
      envFile: settings.envFile && resolve(functionsDirectory, settings.envFile),
      tlsCert: resolveOptional(settings.tlsCert),
      tlsKey: resolveOptional(settings.tlsKey),
      deno: resolveOptional(settings.deno),
      denoVersions: resolveOptional(settings.denoVersions),
      certificates: resolveOptional(settings.certificates),
      accessLogFile: resolveOptional(settings.accessLogFile),
      kvTokenFile: resolveOptional(settings.kvTokenFile),
    },
    sources: {
      file: read === undefined ? null : join(functionsDirectory, SETTINGS_FILE),
      variables: used,
    },
    warnings,
  };
}

/** Returns `undefined` if there is no file. */
async function readSettingsFile(functionsDirectory: string): Promise<SomeSettings | undefined> {
  const path = join(functionsDirectory, SETTINGS_FILE);
  const text = await readCommonFile(functionsDirectory, SETTINGS_FILE);
  if (text === undefined) return undefined;
  return settingsIn(parseJsonFile({ path, text, schema: directorySchema, isTrusted: true }));
}

function resolveOptional(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}
