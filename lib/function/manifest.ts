import { join } from "node:path";
import { parseEnv } from "node:util";
import { functionSchema, type FunctionSettings } from "../config/function_schema.ts";
import { ConfigError, parseJsonFile } from "../config/json_file.ts";
import { formatLimit, type LimitUnit } from "../config/limit_options.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import { type Egress, EGRESS_KINDS, type Settings } from "../config/settings.ts";
import { variableProblem } from "../config/variable.ts";
import { readContainedTextFile } from "./contained_file.ts";
import { ENV_FILE } from "./layout.ts";

/** What the settings bound, and a manifest may bound further. */
type CeilingKey = "startTimeout" | "stopGrace" | "memory" | "cpu" | "processes";

/** What one function is run with: the policy, tightened by its manifest. */
export interface FunctionPolicy {
  readonly egress: Egress;
  readonly env: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  readonly stopGraceMs: number;
  /** See the settings of the same names. */
  readonly memoryBytes: number;
  readonly cpu: number;
  readonly processes: number;
  /** Its requests come with the prefix. */
  readonly keepPrefix: boolean;
}

/**
 * Reads a function's manifest and env file, if it has them, and lays them over the settings.
 *
 * @throws {ConfigError} when the manifest does not parse, or asks for more than the settings allow
 */
export async function readFunctionPolicy(
  directory: string,
  settings: Settings,
): Promise<FunctionPolicy> {
  const path = join(directory, SETTINGS_FILE);
  const [text, envText] = await Promise.all([
    readContainedTextFile(directory, path),
    readContainedTextFile(directory, join(directory, ENV_FILE)),
  ]);
  const manifest = text === undefined ? {} : parseJsonFile({ path, text, schema: functionSchema });
  const envFile = envText === undefined ? {} : parseEnvFile(join(directory, ENV_FILE), envText);
  return tighten(path, settings, { ...manifest, env: { ...envFile, ...manifest.env } });
}

function parseEnvFile(path: string, text: string): Record<string, string> {
  const env = parseEnv(text) as Record<string, string>;
  for (const [name, value] of Object.entries(env)) {
    const problem = variableProblem(name, value);
    if (problem !== undefined) throw new ConfigError(`${path} is not valid: ${problem}`);
  }
  return env;
}

function tighten(path: string, settings: Settings, manifest: FunctionSettings): FunctionPolicy {
  const egress = manifest.egress ?? settings.egress;
  if (EGRESS_KINDS.indexOf(egress) > EGRESS_KINDS.indexOf(settings.egress)) {
    throw new ConfigError(
      `${path} asks for egress "${egress}", and the most that is allowed here is ` +
        `"${settings.egress}". Ask for less, or have the operator allow more`,
    );
  }
  return {
    egress,
    env: { ...settings.env, ...manifest.env },
    startTimeoutMs: within("startTimeout", settings.startTimeoutMs, "duration"),
    stopGraceMs: within("stopGrace", settings.stopGraceMs, "duration"),
    memoryBytes: within("memory", settings.memoryBytes, "size"),
    cpu: within("cpu", settings.cpu, "count"),
    processes: within("processes", settings.processes, "count"),
    keepPrefix: manifest.keepPrefix ?? settings.keepPrefix,
  };

  function within(key: CeilingKey, ceiling: number, unit: LimitUnit): number {
    const asked = manifest[key] ?? ceiling;
    if (asked <= ceiling) return asked;
    throw new ConfigError(
      `${path} asks for a ${key} of ${
        formatLimit({ unit }, asked)
      }, and the most that is allowed ` +
        `here is ${formatLimit({ unit }, ceiling)}. Ask for less, or have the operator allow more`,
    );
  }
}
