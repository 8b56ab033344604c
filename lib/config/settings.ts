import { CLUSTER_SETTINGS } from "./cluster_settings.ts";
import { CODE_SETTINGS } from "./code_settings.ts";
import { type DefaultPaths, defaultPaths } from "./default_paths.ts";
import { FUNCTION_SETTINGS } from "./function_settings.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { LOG_SETTINGS } from "./log_settings.ts";
import { defaultPermissions, type Permissions, withPermissions } from "./permissions.ts";
import { PROXY_SETTINGS } from "./proxy_settings.ts";
import { RESOURCE_SETTINGS } from "./resource_settings.ts";
import { SERVER_SETTINGS } from "./server_settings.ts";
import type { ManifestRule } from "./setting.ts";
import type { Origins } from "./setting_origin.ts";
import { collect, fieldsOf, type Table, type ValuesOf } from "./table.ts";

const TABLE = {
  ...SERVER_SETTINGS,
  ...LOG_SETTINGS,
  ...CODE_SETTINGS,
  ...FUNCTION_SETTINGS,
  ...RESOURCE_SETTINGS,
  ...PROXY_SETTINGS,
  ...CLUSTER_SETTINGS,
};

/** Values of the settings as flags, variables and files give them, by field. */
export type GivenSettings = ValuesOf<typeof TABLE>;

/** Every setting but the limits of the proxy, by field. */
export const SETTINGS: Table<GivenSettings> = TABLE;

/** Fields whose value in a function's manifest has a certain effect. */
export type FieldWith<Rule extends ManifestRule> = {
  [Field in keyof GivenSettings]: (typeof TABLE)[Field] extends { readonly manifest: Rule } ? Field
    : never;
}[keyof GivenSettings];

/** Every setting, complete. Flags win over variables, over `ddsrv.json`, over defaults. */
export interface Settings extends Omit<GivenSettings, "permissions">, DefaultPaths {
  readonly permissions: Permissions;
  readonly limits: Limits;
  /** Time that files must be unchanged before ddsrv deploys them. */
  readonly settleMs: number;
  /** Where values that functions have come from. */
  readonly origins: Origins;
}

/** Settings and limits, all optional. */
export interface SomeSettings
  extends
    Partial<Omit<Settings, "permissions" | "limits">>,
    Partial<Pick<GivenSettings, "permissions">> {
  readonly limits?: Partial<Limits>;
}

/** Returns all settings, from some of them. */
export function completeSettings(given: SomeSettings): Settings {
  const { permissions: _, ...defaults } = collect<GivenSettings, keyof GivenSettings>(
    fieldsOf(SETTINGS),
    (field) => SETTINGS[field].default,
  );
  return {
    ...defaults,
    ...defaultPaths(0, {}),
    settleMs: 200,
    origins: {},
    ...given,
    permissions: withPermissions(defaultPermissions, given.permissions ?? {}),
    limits: completeLimits(given.limits ?? {}),
  };
}

/** Returns the fields whose value in a function's manifest has a certain effect. */
export function fieldsWith<Rule extends ManifestRule>(rule: Rule): FieldWith<Rule>[] {
  return fieldsOf(SETTINGS).filter((field): field is FieldWith<Rule> =>
    SETTINGS[field].manifest === rule
  );
}

/** Merges settings; later ones win, and limits are merged one by one. */
export function mergeSettings(...layers: readonly SomeSettings[]): SomeSettings {
  return layers.reduce((merged, layer) => {
    const limits = { ...merged.limits, ...layer.limits };
    return { ...merged, ...layer, ...(Object.keys(limits).length === 0 ? {} : { limits }) };
  }, {});
}

/** Defaults of the settings. */
export const defaultSettings: Settings = completeSettings({});
