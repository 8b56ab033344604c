import { type Egress, formatEgress, tightenEgress } from "../config/egress.ts";
import type { FunctionSettings } from "../config/function_schema.ts";
import { ConfigError } from "../config/json_file.ts";
import { formatLimit, type LimitUnit } from "../config/limit_options.ts";
import {
  excessPermission,
  formatPermission,
  PERMISSION_KINDS,
  type Permissions,
  withPermissions,
} from "../config/permissions.ts";
import type { RateLimit } from "../config/rate_limit.ts";
import type { Settings } from "../config/settings.ts";

/** Limits and permissions of one function: the operator's settings, restricted by its manifest. */
export interface FunctionPolicy {
  readonly egress: Egress;
  readonly permissions: Permissions;
  readonly env: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  readonly stopGraceMs: number;
  /** Path that must answer before it gets requests; `undefined` if listening is enough. */
  readonly healthPath: string | undefined;
  /** See the settings of the same names; Infinity if disabled. */
  readonly healthIntervalMs: number;
  readonly hangTimeoutMs: number;
  readonly idleMs: number;
  readonly drainMs: number;
  /** See the settings of the same names. */
  readonly memoryBytes: number;
  readonly cpu: number;
  readonly processes: number;
  readonly dataBytes: number;
  readonly dataFiles: number;
  readonly bandwidthBits: number;
  /** Its requests keep the prefix /NAME. */
  readonly keepPrefix: boolean;
  /** Rate limit per client for this function, in addition to the one for all functions. */
  readonly rateLimit: RateLimit;
}

/** Settings that a manifest may lower but not raise. */
type CeilingKey =
  | "startTimeout"
  | "stopGrace"
  | "idle"
  | "drain"
  | "memory"
  | "cpu"
  | "processes"
  | "dataSize"
  | "dataFiles"
  | "bandwidth";

const REMEDY = "Ask for less, or ask the operator to allow more";

/** Options of {@linkcode tightenPolicy}. */
export interface TightenOptions {
  /** Path of the manifest, for messages. */
  readonly path: string;
  readonly settings: Settings;
  readonly manifest: FunctionSettings;
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
  return {
    egress: egressWithin(options),
    permissions: permissionsWithin(options),
    env,
    startTimeoutMs: within("startTimeout", settings.startTimeoutMs, "duration"),
    stopGraceMs: within("stopGrace", settings.stopGraceMs, "duration"),
    healthPath: settings.healthAttempts === 0
      ? undefined
      : manifest.healthPath ?? settings.healthPath,
    healthIntervalMs: manifest.healthInterval ?? settings.healthIntervalMs,
    hangTimeoutMs: manifest.hangTimeout ?? settings.hangTimeoutMs,
    idleMs: within("idle", settings.idleMs, "duration"),
    drainMs: within("drain", settings.drainMs, "duration"),
    memoryBytes: within("memory", settings.memoryBytes, "size"),
    cpu: within("cpu", settings.cpu, "count"),
    processes: within("processes", settings.processes, "count"),
    dataBytes: within("dataSize", settings.dataBytes, "size"),
    dataFiles: within("dataFiles", settings.dataFiles, "count"),
    bandwidthBits: within("bandwidth", settings.bandwidthBits, "bandwidth"),
    keepPrefix: manifest.keepPrefix ?? settings.keepPrefix,
    rateLimit: manifest.rateLimit ?? "none",
  };

  function within(key: CeilingKey, ceiling: number, unit: LimitUnit): number {
    const asked = manifest[key] ?? ceiling;
    if (asked <= ceiling) return asked;
    const [wanted, most] = [asked, ceiling].map((value) => formatLimit({ unit }, value));
    throw new ConfigError(
      `${path} asks for ${key} ${wanted}, but the settings allow at most ${most}. ${REMEDY}`,
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
