import { type Egress, formatEgress, formatEgressRule, tightenEgress } from "../config/egress.ts";
import { grantedHosts } from "../config/granted_domains.ts";
import { coversHost, type HostPattern, isWildPattern } from "../config/host_pattern.ts";
import { ConfigError } from "../config/json_file.ts";
import {
  excessPermission,
  formatPermission,
  PERMISSION_KINDS,
  type Permissions,
  withPermissions,
} from "../config/permissions.ts";
import { isRateWithin, type RateLimit } from "../config/rate_limit.ts";
import { manifestKeyOf, type ManifestRule, type Setting } from "../config/setting.ts";
import type { FunctionSettings } from "../config/settings_for.ts";
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

/** Options of {@linkcode tightenPolicy}. */
export interface TightenOptions {
  /** Path of the manifest, for messages. */
  readonly path: string;
  /** The operator's settings for this function. */
  readonly settings: FunctionSettings;
  readonly manifest: SomeSettings;
  /** Variables of all sources. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Restricts the settings by a function's manifest.
 *
 * @throws {ConfigError} if the manifest asks for more than the settings allow; the message has the
 * entry of `functions` that allows it
 */
export function tightenPolicy(options: TightenOptions): FunctionPolicy {
  const { settings, manifest, env } = options;
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
    rateLimit: rateWithin(options),
  };

  function within(field: FieldWith<"smaller">): number {
    const ceiling = settings[field];
    const asked = manifest[field] ?? ceiling;
    if (asked <= ceiling) return asked;
    throw excess(options, limitExcess(SETTINGS[field], asked, ceiling));
  }
}

function limitExcess<Value>(
  setting: Setting<Value>,
  ...values: readonly [asked: Value, ceiling: Value]
): Excess {
  const [asked, ceiling] = values.map((value) => setting.kind.write(value));
  return {
    asked: `${setting.name} ${asked}`,
    allowed: `at most ${ceiling}`,
    grant: { [manifestKeyOf(setting) ?? setting.name]: asked },
  };
}

function rateWithin(options: TightenOptions): RateLimit {
  const ceiling = options.settings.rateLimit;
  const asked = options.manifest.rateLimit ?? ceiling;
  if (isRateWithin(asked, ceiling)) return asked;
  throw excess(options, limitExcess(SETTINGS.rateLimit, asked, ceiling));
}

function egressWithin(options: TightenOptions): Egress {
  const { settings, manifest } = options;
  if (manifest.egress === undefined) return settings.egress;
  const tightened = tightenEgress(manifest.egress, settings.egress);
  if (tightened.type === "allowed") return tightened.egress;
  const { egress } = manifest;
  throw excess(options, {
    asked: `egress "${tightened.excess}"`,
    allowed: `only "${formatEgress(settings.egress)}"`,
    grant: { egress: typeof egress === "string" ? egress : egress.rules.map(formatEgressRule) },
  });
}

function permissionsWithin(options: TightenOptions): Permissions {
  const { settings, manifest } = options;
  const asked = withPermissions(settings.permissions, manifest.permissions ?? {});
  const more = excessPermission(asked, settings.permissions);
  if (more === undefined) return asked;
  const kind = PERMISSION_KINDS.find((one) => more.startsWith(`"${one}"`))!;
  throw excess(options, {
    asked: `the permission ${more}`,
    allowed: `only ${formatPermission(settings.permissions[kind])}`,
    grant: { permissions: manifest.permissions === "all" ? "all" : { [kind]: asked[kind] } },
  });
}

/** A wish above the ceiling, in words, and the keys of an entry of `functions` that allow it. */
interface Excess {
  readonly asked: string;
  readonly allowed: string;
  readonly grant: Readonly<Record<string, unknown>>;
}

function excess(
  { path, settings }: Pick<TightenOptions, "path" | "settings">,
  { asked, allowed, grant }: Excess,
): ConfigError {
  const functions = spaced({ [settings.functionName]: grant });
  return new ConfigError(
    `${path} asks for ${asked}, but the settings allow ${allowed}. Ask for less, or ask the ` +
      `operator to add "functions": ${functions} to the ddsrv.json of the functions directory`,
  );
}

/**
 * Returns the hosts that a function has: those that its manifest asks for, or else the single hosts
 * of an entry of `functions`. Patterns alone give it none.
 */
function domainsWithin(options: TightenOptions): readonly HostPattern[] {
  const { path, settings, manifest } = options;
  const given = grantedHosts(settings, settings.functionName) ?? [];
  const asked = [...new Set(manifest.ownDomains ?? given)];
  const wild = asked.find(isWildPattern);
  if (wild !== undefined) {
    throw new ConfigError(
      `${path} asks for the domain "${wild}", but a function has single hosts. Name each one`,
    );
  }
  const more = asked.find((host) => !coversHost(settings.ownDomains, host));
  if (more === undefined) return asked;
  const allowed = settings.ownDomains.map((one) => `"${one}"`).join(", ");
  throw excess(options, {
    asked: `the domain "${more}"`,
    allowed: allowed === "" ? "none" : `only ${allowed}`,
    grant: { domains: asked },
  });
}

/** Returns JSON in one line, with spaces as people write it. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n */g, " ");
}
