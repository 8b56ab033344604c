import type { Settings } from "../config/settings.ts";
import { ConfigError } from "../config/json_file.ts";

/** Options of {@linkcode kvVariables}. */
export interface KvVariableOptions extends Pick<Settings, "kvUrl" | "kvTokenFile"> {
  readonly functionName: string;
  /** Returns the text of a file; `undefined` if it does not exist. */
  readonly readText: (path: string) => Promise<string | undefined>;
}

/** A name has any characters but `/`; these stay as they are in the path of a URL. */
const UNRESERVED = /[^A-Za-z0-9._~-]/gu;

/**
 * Returns the variables by which `Deno.openKv()` finds the server of the operator.
 *
 * @throws {ConfigError} if the file of the token does not exist or is empty
 */
export async function kvVariables(options: KvVariableOptions): Promise<Record<string, string>> {
  const { kvUrl, functionName } = options;
  if (kvUrl === undefined) return {};
  const token = await readKvToken(options);
  return {
    DENO_KV_DEFAULT_PATH: kvUrlOf(kvUrl, functionName),
    ...token === undefined ? {} : { DENO_KV_ACCESS_TOKEN: token },
  };
}

/** Returns the URL of a function's database. */
export function kvUrlOf(kvUrl: string, functionName: string): string {
  const name = functionName.replace(
    UNRESERVED,
    (character) => encodeURIComponent(character).replace(/[!'()*]/g, percentEncode),
  );
  return kvUrl.replaceAll("{name}", () => name);
}

/**
 * Returns the access token of the server; `undefined` without a file.
 *
 * @throws {ConfigError} if the file does not exist or is empty
 */
export async function readKvToken(
  { kvTokenFile, readText }: Pick<KvVariableOptions, "kvTokenFile" | "readText">,
): Promise<string | undefined> {
  if (kvTokenFile === undefined) return undefined;
  const text = await readText(kvTokenFile);
  const [token] = text?.split("\n", 1).map((line) => line.trim()) ?? [];
  if (token !== undefined && token !== "") return token;
  throw new ConfigError(
    `The file "${kvTokenFile}" of kvTokenFile ${
      token === undefined ? "does not exist" : "is empty"
    }. Write the access token of the KV server into it`,
  );
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
