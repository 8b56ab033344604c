import { Option } from "@commander-js/extra-typings";
import {
  SETTING_ENTRIES,
  SETTING_GROUPS,
  type SettingEntry,
} from "../../lib/config/setting_entries.ts";
import { describeDefault, flagOf, type Setting, variablesOf } from "../../lib/config/setting.ts";
import { mergeSettings, type SomeSettings } from "../../lib/config/settings.ts";
import { argument } from "./argument.ts";
import { setting as settingOption } from "./options.ts";

/** Returns the options of `serve`, one for each setting with a flag, and hidden ones for old names. */
export function settingOptions(): Option[] {
  return SETTING_GROUPS.flatMap(({ title, entries }) =>
    withFlag(entries).flatMap((entry) =>
      [shownOption(entry), ...oldOptions(entry)].map((option) => option.helpGroup(`${title}:`))
    )
  );
}

/** Returns the settings that the options of `serve` give; its values are texts, as they were typed. */
export function settingsOf(options: object): SomeSettings {
  const given = new Map<string, unknown>(Object.entries(options));
  return mergeSettings(
    ...withFlag(SETTING_ENTRIES).map(({ setting, read }) => {
      const names = [setting.name, ...setting.deprecated?.flags?.map(camelCase) ?? []];
      const values = names.map((name) => given.get(name));
      if (setting.kind.isSwitch) {
        return values[0] === !setting.default ? read(String(values[0])) : {};
      }
      const texts = values.flat().filter((value) => typeof value === "string");
      return texts.length === 0 ? {} : read(setting.kind.isList ? texts.join() : texts[0]!);
    }),
  );
}

/** Returns the variables that set a setting, as help shows them. */
export function variablesText(setting: Setting<unknown>): string {
  const suffix = isNegative(setting) ? "=false" : "";
  return variablesOf(setting).map((name) => `${name}${suffix}`).join(" or ");
}

function withFlag(entries: readonly SettingEntry[]): SettingEntry[] {
  return entries.filter(({ setting }) => flagOf(setting) !== undefined);
}

function shownOption(entry: SettingEntry): Option {
  const { setting } = entry;
  const { kind, short, summary } = setting;
  const env = variablesText(setting);
  const text = kind.isSwitch ? undefined : describeDefault(setting);
  const purpose = isNegative(setting) ? `do not ${summary}` : summary;
  return withParser(
    settingOption(
      `${short === undefined ? "" : `${short}, `}${flagOf(setting)}${operand(setting)}`,
      kind.isList ? `${purpose}; may be repeated` : purpose,
      {
        ...(env === "" ? {} : { env }),
        ...(text === undefined ? {} : { default: text }),
      },
    ),
    entry,
  );
}

function oldOptions(entry: SettingEntry): Option[] {
  return (entry.setting.deprecated?.flags ?? []).map((name) =>
    withParser(new Option(`--${name}${operand(entry.setting)}`), entry).hideHelp()
  );
}

function isNegative({ kind, default: value }: Setting<unknown>): boolean {
  return kind.isSwitch === true && value === true;
}

function operand({ kind }: Setting<unknown>): string {
  return kind.isSwitch ? "" : ` <${kind.placeholder}>`;
}

/** Has an option refuse what is not valid, and keep what is as it was typed. */
function withParser(option: Option, { setting: { kind }, read }: SettingEntry): Option {
  if (kind.isSwitch) return option;
  if (kind.choices !== undefined) return option.choices(kind.choices);
  const parse = argument((text) => {
    read(text);
    return text;
  });
  if (!kind.isList) return option.argParser(parse);
  return option.argParser((text, earlier: readonly string[] | undefined) => [
    ...earlier ?? [],
    parse(text),
  ]);
}

function camelCase(flag: string): string {
  return flag.replace(/-[a-z]/g, (part) => part.charAt(1).toUpperCase());
}
