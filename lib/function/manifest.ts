import { isAbsolute, join } from "node:path";
import { parseEnv } from "node:util";
import { functionSchema } from "../config/function_schema.ts";
import { ConfigError, parseJsonFile } from "../config/json_file.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import type { Settings } from "../config/settings.ts";
import { variableProblem } from "../config/variable.ts";
import { openFolderReader, readTextFile } from "./contained_file.ts";
import { ENV_FILE } from "./layout.ts";
import { type FunctionPolicy, tightenPolicy } from "./policy.ts";

/** A function's policy, and where it comes from. */
export interface ReadPolicy {
  readonly policy: FunctionPolicy;
  /** Absolute paths of the env files that it names, beside `.env`; they may be missing. */
  readonly envFiles: readonly string[];
}

/**
 * Reads a function's manifest and env files, if it has them, and lays them over the settings.
 * Variables: those of the operator's env file, of the settings, of the function's `.env`, of the
 * manifest's `envFile` and of its `env`; later ones win.
 *
 * @throws {ConfigError} when one of the files can't be used, or the manifest asks for more than the
 * settings allow
 */
export async function readFunctionPolicy(
  directory: string,
  settings: Settings,
): Promise<ReadPolicy> {
  const path = join(directory, SETTINGS_FILE);
  // One folder for all of them, whatever takes its place meanwhile.
  using folder = await openFolderReader(directory);
  const readOwn = async (file: string) => await folder?.text(file);
  const text = await readOwn(path);
  const manifest = text === undefined ? {} : parseJsonFile({ path, text, schema: functionSchema });
  const named = manifest.envFile === undefined
    ? undefined
    : envFilePath({ directory, path, envFile: manifest.envFile });
  const [common, own, further] = await Promise.all([
    readOptionalEnvFile(settings.envFile, readTextFile),
    readOptionalEnvFile(join(directory, ENV_FILE), readOwn),
    readOptionalEnvFile(named, readOwn),
  ]);
  if (named !== undefined && further === undefined) {
    throw new ConfigError(`${path} names the envFile "${named}", which is not there. Put it there`);
  }
  const env = { ...common, ...settings.env, ...own, ...further, ...manifest.env };
  return {
    policy: tightenPolicy({ path, settings, manifest, env }),
    envFiles: [settings.envFile, named].filter((file) => file !== undefined),
  };
}

interface NamedFile {
  readonly directory: string;
  readonly path: string;
  readonly envFile: string;
}

function envFilePath({ directory, path, envFile }: NamedFile): string {
  const file = join(directory, envFile);
  if (!isAbsolute(envFile) && file.startsWith(`${directory}/`)) return file;
  throw new ConfigError(
    `${path} names the envFile "${envFile}", which is not in the function's directory. Give a ` +
      "path below it, such as settings.env",
  );
}

async function readOptionalEnvFile(
  path: string | undefined,
  read: (path: string) => Promise<string | undefined>,
): Promise<Record<string, string> | undefined> {
  const text = path === undefined ? undefined : await read(path);
  if (text === undefined) return undefined;
  const env = parseEnv(text) as Record<string, string>;
  for (const [name, value] of Object.entries(env)) {
    const problem = variableProblem(name, value);
    if (problem !== undefined) throw new ConfigError(`${path} is not valid: ${problem}`);
  }
  return env;
}
