/**
 * Where the value of a setting may come from. `file` is the `ddsrv.json` of the functions directory,
 * `functions` an entry of that key in it, and `manifest` the function's own `ddsrv.json`.
 */
export const SETTING_SOURCES = [
  "default",
  "file",
  "variable",
  "flag",
  "functions",
  "manifest",
] as const;

/** One of {@linkcode SETTING_SOURCES}. */
export type SettingSource = typeof SETTING_SOURCES[number];

/** Where the value of a setting comes from. */
export interface SettingOrigin {
  readonly source: SettingSource;
  /** The variable, the flag, or the pattern of the entry; `null` for the other sources. */
  readonly name: string | null;
}

/**
 * Origins of settings that functions have, by field, such as `memoryBytes`, and by permission, such
 * as `permissions.ffi`. What is left out has its default.
 */
export type Origins = Readonly<Record<string, SettingOrigin>>;

/** Origin of a setting that nobody has set. */
export const DEFAULT_ORIGIN: SettingOrigin = { source: "default", name: null };
