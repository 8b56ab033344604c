import { resolve } from "node:path";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { loadSettings } from "../../../lib/config/load_settings.ts";
import type { Settings } from "../../../lib/config/settings.ts";
import { CliError } from "../../exit_code.ts";
import { settingsOf } from "../../tree/setting_options.ts";

/**
 * Loads the settings of `serve`, from its options, the environment and the file.
 *
 * @throws {CliError} if they are not valid
 */
export async function readSettings(
  directory: string | undefined,
  options: object,
): ReturnType<typeof loadSettings> {
  const { envFile, ...given } = settingsOf(options);
  const flags = {
    ...given,
    ...(directory === undefined ? {} : { functionsDirectory: directory }),
    // A variable or key is relative to the functions directory.
    ...(envFile === undefined ? {} : { envFile: resolve(envFile) }),
  };
  try {
    const loaded = await loadSettings(flags, Deno.env.toObject());
    requireKeyPair(loaded.settings);
    return loaded;
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new CliError(`${error.message}\nFix it and start again`);
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
