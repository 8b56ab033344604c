import { join, resolve } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { parseEnvironment } from "./environment.ts";
import { parseJsonFile } from "./json_file.ts";
import { type Policy, policySchema } from "./policy_schema.ts";
import { defaultSettings, type Settings } from "./settings.ts";

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
  flags: Partial<Settings>,
  environment: Readonly<Record<string, string>>,
): Promise<LoadedSettings> {
  const { settings: variables, warnings } = parseEnvironment(environment);
  const chosen = { ...defaultSettings, ...variables, ...flags };
  const functionsDirectory = resolve(chosen.functionsDirectory);
  const policy = await readPolicy(join(functionsDirectory, SETTINGS_FILE));
  const settings: Settings = {
    ...defaultSettings,
    ...policySettings(policy),
    ...variables,
    ...flags,
    env: { ...policy.env, ...variables.env, ...flags.env },
    functionsDirectory,
  };
  return {
    settings: {
      ...settings,
      logsDirectory: resolve(settings.logsDirectory),
      stateDirectory: resolve(settings.stateDirectory),
      socket: resolve(settings.socket),
    },
    warnings,
  };
}

async function readPolicy(path: string): Promise<Policy> {
  const text = await readOptionalTextFile(path);
  return text === undefined ? {} : parseJsonFile({ path, text, schema: policySchema });
}

function policySettings(policy: Policy): Partial<Settings> {
  const { $schema: _, startTimeout, stopGrace, ...same } = policy;
  return defined({ ...same, startTimeoutMs: startTimeout, stopGraceMs: stopGrace });
}

/** Drops keys whose value is `undefined`, so that they don't hide what they are laid over. */
function defined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: NonNullable<Value[Key]> } {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Value]: NonNullable<Value[Key]> };
}
