import { isAbsolute, join, sep } from "node:path";
import { describeIgnoredLines, parseEnvFile } from "../config/env_file.ts";
import { functionSchema, settingsIn } from "../config/file_schema.ts";
import { ConfigError, parseJsonFile } from "../config/json_file.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import type { SomeSettings } from "../config/settings.ts";
import type { FunctionSettings } from "../config/settings_for.ts";
import { openFolderReader, readTextFile } from "./contained_file.ts";
import { kvVariables } from "./kv_variables.ts";
import { ENV_FILE } from "./layout.ts";
import { type FunctionPolicy, tightenPolicy } from "./policy.ts";
import { mergeLayers, type VariableLayer } from "./variable_layers.ts";

/** A function's policy and its sources. */
export interface ReadPolicy {
  readonly policy: FunctionPolicy;
  /** Settings of its manifest, as it has them. */
  readonly manifest: SomeSettings;
  /** Absolute paths of the env files besides `.env`; they may not exist. */
  readonly envFiles: readonly string[];
  /** Sources of its variables; later ones win. */
  readonly layers: readonly VariableLayer[];
  /** Lines of its env files that count for nothing; one sentence for each file. */
  readonly warnings: readonly string[];
}

/** Options of {@linkcode readFunctionPolicy}. */
export interface ReadPolicyOptions {
  /** Variables that the operator set with `ddsrv env`; they win over all others. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Reads a function's manifest and env files, if they exist, and merges them with the settings.
 * Variables come from the KV server of the settings, the operator's env file, the settings, the entries of `functions`, the
 * function's `.env`, the manifest's `envFile`, its `env`, and `ddsrv env`; later ones win.
 *
 * @throws {ConfigError} if a file is invalid, or the manifest asks for more than the settings allow
 */
export async function readFunctionPolicy(
  directory: string,
  settings: FunctionSettings,
  { variables = {} }: ReadPolicyOptions = {},
): Promise<ReadPolicy> {
  const path = join(directory, SETTINGS_FILE);
  // Read all files from the same folder, even if it is replaced meanwhile.
  using folder = await openFolderReader(directory);
  const readOwn = async (file: string) => await folder?.text(file);
  const text = await readOwn(path);
  const manifest = text === undefined
    ? {}
    : settingsIn(parseJsonFile({ path, text, schema: functionSchema }));
  const named = manifest.envFile === undefined
    ? undefined
    : envFilePath({ directory, path, envFile: manifest.envFile });
  const { grantedEnvFiles } = settings;
  const [kv, common, granted, own, further] = await Promise.all([
    kvVariables({ ...settings, readText: readTextFile }),
    readOptionalEnvFile(settings.envFile, readTextFile),
    Promise.all(grantedEnvFiles.map((file) => readOptionalEnvFile(file, readTextFile))),
    readOptionalEnvFile(join(directory, ENV_FILE), readOwn),
    readOptionalEnvFile(named, readOwn),
  ]);
  if (named !== undefined && further === undefined) {
    throw new ConfigError(`${path} names the envFile "${named}", which does not exist. Create it`);
  }
  if (manifest.entry !== undefined && !settings.entries.includes(SETTINGS_FILE)) {
    throw new ConfigError(
      `${path} names an entry, but the operator's "entries" do not contain ${SETTINGS_FILE}. ` +
        "Remove the key, or ask the operator to add it",
    );
  }
  const layers: readonly VariableLayer[] = [
    { source: "kv", env: kv },
    { source: "settingsEnvFile", env: common?.env ?? {} },
    { source: "settings", env: settings.env },
    { source: "functionsEnvFile", env: Object.assign({}, ...granted.map((file) => file?.env)) },
    { source: "functions", env: settings.grantedEnv },
    { source: "dotEnv", env: own?.env ?? {} },
    { source: "manifestEnvFile", env: further?.env ?? {} },
    { source: "manifest", env: manifest.env ?? {} },
    { source: "set", env: variables },
  ];
  return {
    policy: tightenPolicy({ path, settings, manifest, env: mergeLayers(layers) }),
    manifest,
    envFiles: [settings.envFile, ...grantedEnvFiles, named].filter((file) => file !== undefined),
    layers,
    warnings: [own?.warning, further?.warning].filter((warning) => warning !== undefined),
  };
}

interface NamedFile {
  readonly directory: string;
  readonly path: string;
  readonly envFile: string;
}

function envFilePath({ directory, path, envFile }: NamedFile): string {
  const file = join(directory, envFile);
  if (!isAbsolute(envFile) && file.startsWith(`${directory}${sep}`)) return file;
  throw new ConfigError(
    `${path} names the envFile "${envFile}", which is not in the function's directory. Use a ` +
      "path below it, such as settings.env",
  );
}

interface EnvFile {
  readonly env: Readonly<Record<string, string>>;
  readonly warning: string | undefined;
}

async function readOptionalEnvFile(
  path: string | undefined,
  read: (path: string) => Promise<string | undefined>,
): Promise<EnvFile | undefined> {
  const text = path === undefined ? undefined : await read(path);
  if (text === undefined) return undefined;
  return { env: parseEnvFile(path!, text), warning: describeIgnoredLines(path!, text) };
}
