import { originAt, originsFor } from "../config/origins.ts";
import { PERMISSION_KINDS } from "../config/permissions.ts";
import { manifestKeyOf, type Setting } from "../config/setting.ts";
import type { SettingOrigin } from "../config/setting_origin.ts";
import { SETTINGS } from "../config/settings.ts";
import type { FunctionSettings } from "../config/settings_for.ts";
import { fieldsOf } from "../config/table.ts";
import type { ReadPolicy } from "./manifest.ts";
import type { FunctionPolicy } from "./policy.ts";

/** A setting of a function: its key, its value as `ddsrv.json` has it, and its origin. */
export interface SettingValue extends SettingOrigin {
  /** Such as `memory` or `permissions.ffi`. */
  readonly key: string;
  /** `null` if there is none, or no limit. */
  readonly value: unknown;
}

/** Options of {@linkcode settingValues}. */
export interface SettingValuesOptions extends Pick<ReadPolicy, "policy" | "manifest"> {
  readonly settings: FunctionSettings;
}

/** Returns the settings of a function in the order of the table, without its variables. */
export function settingValues(
  { settings, manifest, policy }: SettingValuesOptions,
): readonly SettingValue[] {
  const origins = originsFor(settings, manifest);
  return fieldsOf(SETTINGS).filter((field) => field !== "env" && field in policy)
    .flatMap((field) => {
      if (field === "permissions") {
        return PERMISSION_KINDS.map((kind) => {
          const key = `permissions.${kind}`;
          return { key, value: policy.permissions[kind], ...originAt(origins, key) };
        });
      }
      const key = manifestKeyOf(SETTINGS[field]) ?? field;
      return { key, value: valueAt(policy, field), ...originAt(origins, field) };
    });
}

function valueAt(policy: Partial<FunctionPolicy>, field: keyof typeof SETTINGS): unknown {
  const { kind }: Setting<unknown> = SETTINGS[field];
  const value = Object.entries(policy).find(([one]) => one === field)?.[1];
  return kind.write(value) ?? null;
}
