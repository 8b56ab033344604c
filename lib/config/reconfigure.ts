import { isSame } from "./is_same.ts";
import type { Settings } from "./settings.ts";

/** Settings that take hold while it runs; instances that they concern are replaced. */
const LIVE: readonly (keyof Settings)[] = [
  "env",
  "envFile",
  "permissions",
  "memoryBytes",
  "cpu",
  "processes",
  "dataBytes",
  "dataFiles",
  "bandwidthBits",
  "checkCpuTimeMs",
  "checkTimeoutMs",
  "startTimeoutMs",
  "stopGraceMs",
  "healthPath",
  "healthAttempts",
  "healthIntervalMs",
  "hangTimeoutMs",
  "idleMs",
  "drainMs",
  "keepPrefix",
  "allowImport",
  "registries",
  "limits",
  "rateLimit",
  "trustedProxies",
  "domains",
  "hideErrors",
  "watch",
];

/** What settings that were read again come to. */
export interface Reconfiguration {
  /** Those that hold from now on. */
  readonly settings: Settings;
  /** What has changed and takes a restart, by its name. */
  readonly postponed: readonly string[];
}

/** Lays what may change while it runs over the settings that hold. */
export function reconfigure(before: Settings, after: Settings): Reconfiguration {
  const live = new Set<string>(isEgressLive(before, after) ? [...LIVE, "egress"] : LIVE);
  const keys = Object.keys(after) as (keyof Settings)[];
  const changed = keys.filter((key) => !isSame(before[key], after[key]));
  const taken = changed.filter((key) => live.has(key)).map((key) => [key, after[key]]);
  return {
    settings: { ...before, ...Object.fromEntries(taken) },
    postponed: changed.filter((key) => !live.has(key)),
  };
}

/** Which of the host's links forward was decided at the start: more of them takes another one. */
function isEgressLive(before: Settings, after: Settings): boolean {
  const isWide = ({ egress }: Settings): boolean => egress !== "none" && egress !== "internet";
  return isWide(before) || !isWide(after);
}
