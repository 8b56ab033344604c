import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import type { Settings } from "../config/settings.ts";
import { type DenoBinary, inspectDeno, ownDeno, stampOf } from "./deno_binary.ts";
import {
  chooseVersion,
  compareVersions,
  type InstalledDeno,
  installedVersions,
} from "./deno_versions.ts";

/**
 * Returns the Deno for a function that asks for a version, or for one that does not.
 *
 * @throws {ConfigError} if that version is not installed, or can't be used
 */
export type DenoOf = (wanted: string | undefined) => Promise<DenoBinary>;

/** Options of {@linkcode openDenos}. */
export interface DenosOptions {
  readonly deno: Settings["deno"];
  readonly denoVersions: Settings["denoVersions"];
  readonly inspect?: (path: string) => Promise<DenoBinary>;
}

/**
 * Finds the Deno for each function. Asks each binary for its version once, and again if the file has
 * changed.
 *
 * @throws {Error} if the operator's Deno can't be used
 */
export async function openDenos(options: DenosOptions): Promise<DenoOf> {
  const { deno, denoVersions, inspect = inspectDeno } = options;
  const known = new Map<string, { readonly stamp: string; readonly binary: DenoBinary }>();
  const fallback = deno === undefined ? ownDeno() : await inspect(deno).catch(explain);

  async function look(path: string): Promise<DenoBinary> {
    const stamp = await stampOf(path);
    const before = known.get(path);
    if (before?.stamp === stamp) return before.binary;
    const binary = await inspect(path);
    known.set(path, { stamp, binary });
    return binary;
  }

  return async (wanted) => {
    if (wanted === undefined) return fallback;
    const installed = denoVersions === undefined
      ? []
      : installedVersions(await namesIn(denoVersions));
    const versions = [fallback.version, ...installed.map(({ version }) => version)];
    const version = chooseVersion(versions, wanted);
    if (version === undefined) {
      throw new ConfigError(unknownVersion(wanted, versions, denoVersions));
    }
    if (version === fallback.version) return fallback;
    const { name } = installed.find((one) => one.version === version)!;
    return await findBinary(join(denoVersions!, name), { version, look });
  };
}

function explain(cause: Error): never {
  throw new Error(`Cannot use the Deno of --deno: ${cause.message}`, { cause });
}

async function findBinary(
  path: string,
  { version, look }: Pick<InstalledDeno, "version"> & {
    readonly look: (path: string) => Promise<DenoBinary>;
  },
): Promise<DenoBinary> {
  let file = path;
  let binary: DenoBinary;
  try {
    if ((await Deno.stat(path)).isDirectory) file = join(path, "deno");
    binary = await look(file);
  } catch (error) {
    throw new ConfigError(
      `The function asks for Deno ${version}, which can't be used: ${(error as Error).message}`,
      { cause: error },
    );
  }
  if (binary.version === version) return binary;
  throw new ConfigError(
    `The function asks for Deno ${version}, but "${file}" is Deno ${binary.version}. Ask the ` +
      "operator to rename it",
  );
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(directory));
    return entries.map(({ name }) => name);
  } catch (error) {
    throw new ConfigError(
      `Cannot read the directory of --deno-versions: ${
        (error as Error).message
      }. Ask the operator to fix it`,
      { cause: error },
    );
  }
}

function unknownVersion(
  wanted: string,
  versions: readonly string[],
  place: string | undefined,
): string {
  const known = [...new Set(versions)].sort(compareVersions).join(", ");
  const remedy = place === undefined
    ? "or ask the operator to install it and to set --deno-versions"
    : `or ask the operator to install it in "${place}"`;
  return `The function asks for Deno ${wanted}, and these versions are installed: ${known}. Ask ` +
    `for one of them, ${remedy}`;
}
