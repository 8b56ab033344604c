import { resolve } from "node:path";
import { type Grant, grantsFor } from "./grants.ts";
import { withPermissions } from "./permissions.ts";
import {
  fieldsWith,
  mergeSettings,
  SETTINGS,
  type Settings,
  type SomeSettings,
} from "./settings.ts";
import { collect } from "./table.ts";

/**
 * The operator's settings for one function. The rate limit is that of the function alone, beside
 * the server's; `env` and `envFile` are those of all functions.
 */
export interface FunctionSettings extends Settings {
  readonly functionName: string;
  /** Entries of `functions` that match its name, the most specific one last. */
  readonly grants: readonly Grant[];
  /** Variables of these entries. */
  readonly grantedEnv: Readonly<Record<string, string>>;
  /** Absolute paths of the env files of these entries. */
  readonly grantedEnvFiles: readonly string[];
}

/**
 * Returns the operator's settings for one function. An entry of `functions` replaces settings key by
 * key, and permissions one by one; it adds variables.
 *
 * @example
 * ```ts
 * import { completeSettings } from "./settings.ts";
 * import { settingsFor } from "./settings_for.ts";
 * const functions = [{ pattern: "img-*", settings: { memoryBytes: 2 ** 31 } }];
 * settingsFor(completeSettings({ functions }), "img-a").memoryBytes; // 2147483648
 * ```
 */
export function settingsFor(settings: Settings, functionName: string): FunctionSettings {
  const grants = grantsFor(settings.functions, functionName);
  const layers: readonly SomeSettings[] = grants.map((grant) => grant.settings);
  const { env: _env, envFile: _file, permissions: _permissions, limits: _limits, ...granted } =
    mergeSettings(...layers);
  return {
    ...settings,
    ...collect(fieldsWith("separate"), (field) => SETTINGS[field].default),
    ...granted,
    // A rootless function has no network but its own loopback.
    ...(settings.isolation === "rootless" ? { egress: "none" } : {}),
    permissions: layers.reduce(
      (permissions, layer) => withPermissions(permissions, layer.permissions ?? {}),
      settings.permissions,
    ),
    functionName,
    grants,
    grantedEnv: Object.assign({}, ...layers.map(({ env }) => env)),
    grantedEnvFiles: layers.flatMap(({ envFile }) =>
      envFile === undefined ? [] : [resolve(settings.functionsDirectory, envFile)]
    ),
  };
}
