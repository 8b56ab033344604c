import { resolve } from "node:path";
import type { ConfigSources } from "../../../lib/config/config_sources.ts";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { type LoadedSettings, loadSettings } from "../../../lib/config/load_settings.ts";
import { describeIdleSchedules } from "../../../lib/config/schedule_runs.ts";
import { flagOf } from "../../../lib/config/setting.ts";
import { SETTING_ENTRIES } from "../../../lib/config/setting_entries.ts";
import { mergeSettings, type Settings, type SomeSettings } from "../../../lib/config/settings.ts";
import { CliError } from "../../exit_code.ts";

/** The settings of `serve`, with warnings, and where they come from. */
export interface ServeSettings extends Omit<LoadedSettings, "sources"> {
  readonly sources: ConfigSources;
}

/**
 * Loads the settings of `serve`, from its options, the environment and the file.
 *
 * @throws {CliError} if they are not valid
 */
export async function readSettings(
  directory: string | undefined,
  options: object,
): Promise<ServeSettings> {
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
    requireTls(loaded.settings);
    requireKvUrl(loaded.settings);
    const idle = describeIdleSchedules(loaded.settings);
    return {
      ...loaded,
      warnings: [...loaded.warnings, ...idle === undefined ? [] : [idle]],
      sources: { ...loaded.sources, flags: flagsOf(options) },
    };
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

/** Returns the flags on a command line of `serve`, sorted. */
export function flagsOf(options: object): string[] {
  const given = new Map<string, unknown>(Object.entries(options));
  return SETTING_ENTRIES.flatMap(({ setting }) => {
    const names = [setting.name, ...setting.deprecated?.flags?.map(camelCase) ?? []];
    const value = names.map((name) => given.get(name)).find((one) => one !== undefined);
    // Commander sets a switch that nobody gave to its default.
    const isDefault = setting.kind.isSwitch && value === setting.default;
    return value === undefined || isDefault ? [] : flagOf(setting) ?? [];
  }).sort();
}

function requireKvUrl({ scheduleRuns, kvUrl }: Settings): void {
  if (scheduleRuns !== "claimed" || kvUrl !== undefined) return;
  throw new CliError(
    "--schedule-runs claimed needs a server by which the hosts agree, and --kv-url is not set. Set " +
      "it, or choose --schedule-runs all on one host and none on the others",
  );
}

function requireKeyPair({ tlsCert, tlsKey }: Settings): void {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return;
  const [given, missing] = tlsCert === undefined ? ["key", "cert"] : ["cert", "key"];
  throw new CliError(
    `TLS needs a certificate and its key, and only --tls-${given} is set. Set --tls-${missing} too`,
  );
}

/** Browsers speak HTTP/2 over TLS only, and a client without it would get HTTP/1.1 in silence. */
function requireTls({ http2, tlsCert, certificates }: Settings): void {
  if (!http2 || tlsCert !== undefined || certificates !== undefined) return;
  throw new CliError(
    "HTTP/2 needs TLS, and no certificate is set. Set --tls-cert and --tls-key, or --certificates, " +
      "or leave out --http2",
  );
}

function camelCase(flag: string): string {
  return flag.replace(/-[a-z]/g, (part) => part.charAt(1).toUpperCase());
}
