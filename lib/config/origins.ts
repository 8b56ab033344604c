import { PERMISSION_KINDS } from "./permissions.ts";
import { flagOf, type Setting } from "./setting.ts";
import { DEFAULT_ORIGIN, type Origins, type SettingOrigin } from "./setting_origin.ts";
import { fieldsWith, SETTINGS, type SomeSettings } from "./settings.ts";
import type { FunctionSettings } from "./settings_for.ts";
import { fieldsOf } from "./table.ts";

/** Settings of one source; later layers win. */
export interface OriginLayer {
  readonly settings: SomeSettings;
  readonly originOf: (field: string) => SettingOrigin;
}

/** Layers of a supervisor's settings. */
export interface GivenLayers {
  readonly file: SomeSettings;
  readonly variables: SomeSettings;
  /** Names of the variables by field. */
  readonly names: Readonly<Record<string, string>>;
  readonly flags: SomeSettings;
}

/** Returns the origins of a supervisor's settings that functions have. */
export function originsOf({ file, variables, names, flags }: GivenLayers): Origins {
  return mergeOrigins([
    { settings: file, originOf: () => ({ source: "file", name: null }) },
    {
      settings: variables,
      originOf: (field) => ({ source: "variable", name: names[field] ?? null }),
    },
    { settings: flags, originOf: (field) => ({ source: "flag", name: flagNamed(field) }) },
  ]);
}

/**
 * Returns the origins of a function's settings: those of the server, then the entries of `functions`
 * that match it, then its manifest. A rate limit of the server is not the function's own.
 */
export function originsFor(settings: FunctionSettings, manifest: SomeSettings): Origins {
  const separate: readonly string[] = fieldsWith("separate");
  const common = Object.entries(settings.origins).filter(([field]) => !separate.includes(field));
  return {
    ...Object.fromEntries(common),
    ...mergeOrigins([
      ...settings.grants.map(({ pattern, settings }): OriginLayer => ({
        settings,
        originOf: () => ({ source: "functions", name: pattern }),
      })),
      { settings: manifest, originOf: () => ({ source: "manifest", name: null }) },
    ]),
  };
}

/** Returns an origin; that of a setting that is left out is the default. */
export function originAt(origins: Origins, field: string): SettingOrigin {
  return Object.hasOwn(origins, field) ? origins[field]! : DEFAULT_ORIGIN;
}

function mergeOrigins(layers: readonly OriginLayer[]): Origins {
  return Object.fromEntries(
    layers.flatMap(({ settings, originOf }) =>
      fieldsIn(settings).map((field) => [field, originOf(field)] as const)
    ),
  );
}

/** Returns the fields that some settings give to functions; permissions count one by one. */
function fieldsIn(settings: SomeSettings): string[] {
  return fieldsOf(SETTINGS).filter((field) =>
    SETTINGS[field].manifest !== undefined && settings[field] !== undefined
  ).flatMap((field) => field === "permissions" ? permissionFields(settings.permissions) : [field]);
}

function permissionFields(permissions: SomeSettings["permissions"] = {}): string[] {
  return PERMISSION_KINDS
    .filter((kind) => permissions === "all" || permissions[kind] !== undefined)
    .map((kind) => `permissions.${kind}`);
}

function flagNamed(field: string): string | null {
  const setting = Object.entries<Setting<unknown>>(SETTINGS).find(([one]) => one === field)?.[1];
  return setting === undefined ? null : flagOf(setting) ?? null;
}
