import { type Egress, formatEgress, tightenEgress } from "../config/egress.ts";
import { coversHost, type HostPattern, isWildPattern } from "../config/host_pattern.ts";
import { ConfigError } from "../config/json_file.ts";
import {
  excessPermission,
  formatPermission,
  PERMISSION_KINDS,
  type Permissions,
  withPermissions,
} from "../config/permissions.ts";
import type { ManifestRule } from "../config/setting.ts";
import { collect } from "../config/table.ts";
import {
  fieldsWith,
  type FieldWith,
  SETTINGS,
  type Settings,
  type SomeSettings,
} from "../config/settings.ts";

/** Limits and permissions of one function: the operator's settings, restricted by its manifest. */
export type FunctionPolicy = Pick<Settings, Exclude<FieldWith<ManifestRule>, "envFile">>;

const REMEDY = "Ask for less, or ask the operator to allow more";

/** Options of {@linkcode tightenPolicy}. */
export interface TightenOptions {
  /** Path of the manifest, for messages. */
  readonly path: string;
  readonly settings: Settings;
  readonly manifest: SomeSettings;
  /** Variables of all sources. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Restricts the settings by a function's manifest.
 *
 * @throws {ConfigError} if the manifest asks for more than the settings allow
 */
export function tightenPolicy(options: TightenOptions): FunctionPolicy {
  const { path, settings, manifest, env } = options;
  const replacing: Partial<Pick<Settings, FieldWith<"replaces">>> = manifest;
  return {
    egress: egressWithin(options),
    permissions: permissionsWithin(options),
    env,
    ownDomains: domainsWithin(options),
    ...collect<Settings, FieldWith<"smaller">>(fieldsWith("smaller"), within),
    ...collect<Settings, FieldWith<"replaces">>(
      fieldsWith("replaces"),
      (field) => replacing[field] ?? settings[field],
    ),
    ...(settings.healthAttempts === 0 ? { healthPath: undefined } : {}),
    rateLimit: manifest.rateLimit ?? SETTINGS.rateLimit.default,
  };

  function within(field: FieldWith<"smaller">): number {
    const ceiling = settings[field];
    const asked = manifest[field] ?? ceiling;
    if (asked <= ceiling) return asked;
    const { name, kind } = SETTINGS[field];
    throw new ConfigError(
      `${path} asks for ${name} ${kind.write(asked)}, but the settings allow at most ` +
        `${kind.write(ceiling)}. ${REMEDY}`,
    );
  }
}

function egressWithin({ path, settings, manifest }: TightenOptions): Egress {
  if (manifest.egress === undefined) return settings.egress;
  const tightened = tightenEgress(manifest.egress, settings.egress);
  if (tightened.type === "allowed") return tightened.egress;
  throw new ConfigError(
    `${path} asks for egress "${tightened.excess}", but the settings allow only ` +
      `"${formatEgress(settings.egress)}". ${REMEDY}`,
  );
}

/** Returns the hosts that a function asks for. The operator's patterns alone give it none. */
function domainsWithin({ path, settings, manifest }: TightenOptions): readonly HostPattern[] {
  const asked = [...new Set(manifest.ownDomains ?? [])];
  const wild = asked.find(isWildPattern);
  if (wild !== undefined) {
    throw new ConfigError(
      `${path} asks for the domain "${wild}", but a function has single hosts. Name each one`,
    );
  }
  const excess = asked.find((host) => !coversHost(settings.ownDomains, host));
  if (excess === undefined) return asked;
  const allowed = settings.ownDomains.map((one) => `"${one}"`).join(", ") || "none";
  throw new ConfigError(
    `${path} asks for the domain "${excess}", and the settings allow ${allowed}. Remove it, or ` +
      'ask the operator to add it to "domains" in the ddsrv.json of the functions directory',
  );
}

function permissionsWithin({ path, settings, manifest }: TightenOptions): Permissions {
  const asked = withPermissions(settings.permissions, manifest.permissions ?? {});
  const excess = excessPermission(asked, settings.permissions);
  if (excess === undefined) return asked;
  const kind = PERMISSION_KINDS.find((one) => excess.startsWith(`"${one}"`))!;
  throw new ConfigError(
    `${path} asks for the permission ${excess}, but the settings allow only ` +
      `${formatPermission(settings.permissions[kind])}. ${REMEDY}`,
  );
}
