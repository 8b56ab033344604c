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

/** What one function is run with: the operator's policy, tightened by its manifest. */
export interface FunctionPolicy {
  readonly egress: Egress;
  readonly permissions: Permissions;
  readonly env: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  readonly stopGraceMs: number;
  /** Path that must answer before it gets requests; none where to listen is enough. */
  readonly healthPath: string | undefined;
  /** See the settings of the same names; Infinity where nobody looks. */
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
  /** Its requests come with the prefix. */
  readonly keepPrefix: boolean;
  /** Requests of one client at this function, beside what the settings bound at all of them. */
  readonly rateLimit: RateLimit;
}

/** What the settings bound, and a manifest may bound further. */
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

const REMEDY = "Ask for less, or have the operator allow more";

/** What a policy is made from. */
export interface TightenOptions {
  /** Path of the manifest, for messages. */
  readonly path: string;
  readonly settings: Settings;
  readonly manifest: FunctionSettings;
  /** All variables, from wherever they come. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Lays a manifest over the settings, which are its ceiling.
 *
 * @throws {ConfigError} naming the ceiling, when the manifest asks for more
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
      `${path} asks for a ${key} of ${wanted}, and the most that is allowed here is ${most}. ` +
        REMEDY,
    );
  }
}

function egressWithin({ path, settings, manifest }: TightenOptions): Egress {
  if (manifest.egress === undefined) return settings.egress;
  const tightened = tightenEgress(manifest.egress, settings.egress);
  if (tightened.type === "allowed") return tightened.egress;
  throw new ConfigError(
    `${path} asks for egress "${tightened.excess}", and the most that is allowed here is ` +
      `"${formatEgress(settings.egress)}". ${REMEDY}`,
  );
}

function permissionsWithin({ path, settings, manifest }: TightenOptions): Permissions {
  const asked = withPermissions(settings.permissions, manifest.permissions ?? {});
  const excess = excessPermission(asked, settings.permissions);
  if (excess === undefined) return asked;
  const kind = PERMISSION_KINDS.find((one) => excess.startsWith(`"${one}"`))!;
  throw new ConfigError(
    `${path} asks for the permission ${excess}, and what is allowed of it here is ` +
      `${formatPermission(settings.permissions[kind])}. ${REMEDY}`,
  );
}
