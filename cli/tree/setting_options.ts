import { Option } from "@commander-js/extra-typings";
import { SETTING_GROUPS, type SettingEntry } from "../../lib/config/setting_entries.ts";
import {
  describeDefault,
  flagOf,
  isNegative,
  type Setting,
  variablesOf,
} from "../../lib/config/setting.ts";
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
  const { deprecated, kind } = entry.setting;
  return (deprecated?.flags ?? []).map((name) => {
    // The negative of a flag with a value has none itself; it stands for "false".
    const isOff = name.startsWith("no-") && !kind.isSwitch;
    const option = new Option(`--${name}${isOff ? "" : operand(entry.setting)}`);
    return (isOff ? option : withParser(option, entry)).hideHelp();
  });
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
    // In variables, scripts leave empty values between commas; on a command line they are a mistake.
    if (kind.isList && text.split(",").some((one) => one.trim() === "")) {
      throw new SyntaxError(`"${text}" has an empty value. Remove the extra comma`);
    }
    return text;
  });
  if (!kind.isList) return option.argParser(parse);
  return option.argParser((text, earlier: readonly string[] | undefined) => [
    ...earlier ?? [],
    parse(text),
  ]);
}
