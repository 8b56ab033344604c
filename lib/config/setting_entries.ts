import type { z } from "zod";
import { CLUSTER_SETTINGS } from "./cluster_settings.ts";
import { CODE_SETTINGS } from "./code_settings.ts";
import { FUNCTION_SETTINGS } from "./function_settings.ts";
import { LIMIT_SETTINGS } from "./limit_settings.ts";
import type { Limits } from "./limits.ts";
import { LOG_SETTINGS } from "./log_settings.ts";
import { PROXY_SETTINGS } from "./proxy_settings.ts";
import { RESOURCE_SETTINGS } from "./resource_settings.ts";
import { SERVER_SETTINGS } from "./server_settings.ts";
import type { Setting } from "./setting.ts";
import type { Draft } from "./table.ts";
import { type GivenSettings, SETTINGS, type SomeSettings } from "./settings.ts";

/** A setting, and how to read it from wherever it is set. */
export interface SettingEntry {
  readonly setting: Setting<unknown>;
  /**
   * Reads the text of a flag or variable.
   *
   * @throws {SyntaxError | RangeError} saying which values are allowed
   */
  readonly read: (text: string) => SomeSettings;
  /** Returns the settings that its toggle sets. */
  readonly toggled: () => SomeSettings;
  /** Returns the schema of its key in `ddsrv.json`; `manifest` is that of a function's own file. */
  readonly schema: (zod: typeof z, manifest?: z.ZodType<object>) => z.ZodType<SomeSettings>;
}

/** Settings that help and documentation show together. */
export interface SettingGroup {
  readonly title: string;
  readonly entries: readonly SettingEntry[];
}

/** Every setting, in the order and groups of help and documentation. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  group("Server", SERVER_SETTINGS),
  group("Logs", LOG_SETTINGS),
  group("Code", CODE_SETTINGS),
  group("Functions", FUNCTION_SETTINGS),
  group("Permissions and resources", RESOURCE_SETTINGS),
  group("Proxy", PROXY_SETTINGS),
  group("Several hosts", CLUSTER_SETTINGS),
  { title: "Limits", entries: keysOf(LIMIT_SETTINGS, isLimit).map((field) => limitEntry(field)) },
];

/** Every setting, in the same order. */
export const SETTING_ENTRIES: readonly SettingEntry[] = SETTING_GROUPS.flatMap(({ entries }) =>
  entries
);

function group(title: string, part: object): SettingGroup {
  return { title, entries: keysOf(part, isField).map((field) => entry(field)) };
}

function entry<Field extends keyof GivenSettings>(field: Field): SettingEntry {
  return entryOf(SETTINGS[field], (value) => {
    const settings: Draft<GivenSettings> = {};
    settings[field] = value;
    return settings;
  });
}

function limitEntry(field: keyof Limits): SettingEntry {
  return entryOf(LIMIT_SETTINGS[field], (value) => ({ limits: { [field]: value } }));
}

function entryOf<Value>(
  setting: Setting<Value>,
  toSettings: (value: Value) => SomeSettings,
): SettingEntry {
  const { kind, toggle } = setting;
  return {
    setting,
    read: (text) => toSettings(kind.parse(text)),
    toggled: () => toggle === undefined ? {} : toSettings(toggle.value),
    schema: (zod, manifest) => kind.schema(zod, manifest).transform(toSettings),
  };
}

function keysOf<Key extends string>(part: object, isKey: (name: string) => name is Key): Key[] {
  return Object.keys(part).filter(isKey);
}

function isField(name: string): name is keyof GivenSettings {
  return Object.hasOwn(SETTINGS, name);
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(LIMIT_SETTINGS, name);
}
