import { z } from "zod";
import { SETTING_ENTRIES, type SettingEntry } from "./setting_entries.ts";
import { keyOf, manifestKeyOf, type Setting } from "./setting.ts";
import { mergeSettings, type SomeSettings } from "./settings.ts";

/** Schema of a `ddsrv.json`: each of its keys gives some settings. */
export type FileSchema = z.ZodObject<
  Record<string, z.ZodOptional<z.ZodType<SomeSettings>>>,
  z.core.$strict
>;

/** A key of `ddsrv.json`. */
export interface FileKey {
  readonly key: string;
  readonly entry: SettingEntry;
  /** The key is an old name of the setting. */
  readonly isDeprecated: boolean;
}

/** Every key of the functions directory's `ddsrv.json`; old names first, so that new names win. */
export const DIRECTORY_KEYS: readonly FileKey[] = [
  ...SETTING_ENTRIES.flatMap((entry) =>
    (entry.setting.deprecated?.keys ?? []).map((key) => ({ key, entry, isDeprecated: true }))
  ),
  ...presentKeys(keyOf),
];

/** Every key of a function's `ddsrv.json`, its manifest. */
export const FUNCTION_KEYS: readonly FileKey[] = presentKeys(manifestKeyOf);

/** Schema of a function's manifest. */
export const functionSchema: FileSchema = fileSchema(FUNCTION_KEYS);

/** Schema of the functions directory's `ddsrv.json`: settings of the server, and ceilings of functions. */
export const directorySchema: FileSchema = fileSchema(
  DIRECTORY_KEYS,
  functionSchema.transform(settingsIn),
);

/** Returns the settings that a parsed file gives. */
export function settingsIn(file: z.output<FileSchema>): SomeSettings {
  return mergeSettings(...Object.values(file).filter((some) => some !== undefined));
}

function presentKeys(nameOf: (setting: Setting<unknown>) => string | undefined): FileKey[] {
  return SETTING_ENTRIES.flatMap((entry) => {
    const key = nameOf(entry.setting);
    return key === undefined ? [] : [{ key, entry, isDeprecated: false }];
  });
}

function fileSchema(keys: readonly FileKey[], manifest?: z.ZodType<object>): FileSchema {
  const ignored: z.ZodType<SomeSettings> = z.string().transform(() => ({}));
  const schemas = keys.map(({ key, entry }) =>
    [key, entry.schema(z, manifest).optional()] as const
  );
  return z.strictObject({ $schema: ignored.optional(), ...Object.fromEntries(schemas) });
}
