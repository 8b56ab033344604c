import { resolve } from "node:path";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { loadSettings } from "../../../lib/config/load_settings.ts";
import { SETTING_ENTRIES } from "../../../lib/config/setting_entries.ts";
import { mergeSettings, type Settings, type SomeSettings } from "../../../lib/config/settings.ts";
import { CliError } from "../../exit_code.ts";

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

/** Returns the settings that the options of `serve` give; its values are texts, as they were typed. */
export function settingsOf(options: object): SomeSettings {
  const given = new Map<string, unknown>(Object.entries(options));
  return mergeSettings(
    ...SETTING_ENTRIES.map(({ setting, read }) => {
      const names = [setting.name, ...setting.deprecated?.flags?.map(camelCase) ?? []];
      const values = names.map((name) => given.get(name));
      if (setting.kind.isSwitch) {
        return values[0] === !setting.default ? read(String(values[0])) : {};
      }
      // --no-NAME, an old name.
      if (values[0] === false) return read("false");
      const texts = values.flat().filter((value) => typeof value === "string");
      return texts.length === 0 ? {} : read(setting.kind.isList ? texts.join() : texts[0]!);
    }),
  );
}

function requireKeyPair({ tlsCert, tlsKey }: Settings): void {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return;
  const [given, missing] = tlsCert === undefined ? ["key", "cert"] : ["cert", "key"];
  throw new CliError(
    `TLS needs a certificate and its key, and only --tls-${given} is set. Set --tls-${missing} too`,
  );
}

function camelCase(flag: string): string {
  return flag.replace(/-[a-z]/g, (part) => part.charAt(1).toUpperCase());
}
