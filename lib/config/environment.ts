import { functionVariableNames, functionVariables } from "./function_variables.ts";
import { SETTING_ENTRIES, type SettingEntry } from "./setting_entries.ts";
import { variablesOf } from "./setting.ts";
import { mergeSettings, type SomeSettings } from "./settings.ts";
import { boolean } from "./kinds.ts";

/** Settings from environment variables. */
export interface EnvironmentSettings {
  readonly settings: SomeSettings;
  /** Names of the variables that give them, by field. */
  readonly names: Readonly<Record<string, string>>;
  /** Names of all variables that are used, also of those for functions; sorted. */
  readonly used: readonly string[];
  /** One for each variable that is not valid, and that is ignored. */
  readonly warnings: readonly string[];
}

/**
 * Reads the settings that environment variables give.
 *
 * @example
 * ```ts
 * import { parseEnvironment } from "./environment.ts";
 * parseEnvironment({ SERVICE_PORT: "8080" }).settings; // { port: 8080 }
 * ```
 */
export function parseEnvironment(
  environment: Readonly<Record<string, string>>,
): EnvironmentSettings {
  const read = SETTING_ENTRIES.flatMap((entry) => readersOf(entry)).map(({ names, parse }) => {
    // An empty variable counts as unset: it would name the current directory, or no port.
    const name = names.find((candidate) => (environment[candidate] ?? "") !== "");
    if (name === undefined) return {};
    try {
      return { name, settings: parse(environment[name]!) };
    } catch (error) {
      return { warning: `${name}: ${error instanceof Error ? error.message : error}` };
    }
  });
  const { env, warnings } = functionVariables(environment);
  return {
    settings: mergeSettings(
      ...read.map(({ settings = {} }) => settings),
      Object.keys(env).length === 0 ? {} : { env },
    ),
    names: Object.fromEntries(
      read.flatMap(({ name, settings = {} }) =>
        Object.keys(settings).map((field) => [field, name ?? ""])
      ),
    ),
    used: [
      ...read.flatMap(({ name, settings }) => settings === undefined ? [] : name ?? []),
      ...functionVariableNames(environment),
    ].sort(),
    warnings: [...read.flatMap(({ warning }) => warning ?? []), ...warnings],
  };
}

interface Variable {
  readonly names: readonly string[];
  readonly parse: (text: string) => SomeSettings;
}

function readersOf({ setting, read, toggled }: SettingEntry): Variable[] {
  const { deprecated, toggle } = setting;
  const own = { names: [...variablesOf(setting), ...deprecated?.variables ?? []], parse: read };
  if (toggle === undefined) return [own];
  return [own, {
    names: [toggle.variable],
    parse: (text) => boolean.parse(text) ? toggled() : {},
  }];
}
