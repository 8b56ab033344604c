import { formatLimit, LIMIT_OPTIONS } from "./limit_options.ts";
import { defaultLimits } from "./limits.ts";
import { formatRateLimit } from "./rate_limit.ts";
import { defaultSettings } from "./settings.ts";

/**
 * What holds where the functions directory's `ddsrv.json` leaves a key out, as it would be written
 * there. Keys that have nothing in their place are not among them.
 */
export function keyDefaults(): Record<string, unknown> {
  const settings = defaultSettings;
  const limits = LIMIT_OPTIONS.filter(({ whole }) => whole === undefined).map((option) => {
    const value = defaultLimits[option.field];
    return [option.name, option.unit === "count" ? value : formatLimit(option, value)] as const;
  });
  return {
    egress: settings.egress,
    permissions: settings.permissions,
    startTimeout: duration(settings.startTimeoutMs),
    stopGrace: duration(settings.stopGraceMs),
    idle: durationOrNever(settings.idleMs),
    drain: duration(settings.drainMs),
    keepPrefix: settings.keepPrefix,
    memory: formatLimit({ unit: "size" }, settings.memoryBytes),
    processes: settings.processes,
    dataSize: formatLimit({ unit: "size" }, settings.dataBytes),
    dataFiles: settings.dataFiles,
    bandwidth: formatLimit({ unit: "bandwidth" }, settings.bandwidthBits),
    port: settings.port,
    hostname: settings.hostname,
    logsDirectory: settings.logsDirectory,
    saveLogs: settings.saveLogs,
    logMaxSize: formatLimit({ unit: "size" }, settings.logMaxBytes),
    logMaxFiles: settings.logMaxFiles,
    logFormat: settings.logFormat,
    checkCode: settings.checkCode,
    checkCpuTime: duration(settings.checkCpuTimeMs),
    checkTimeout: duration(settings.checkTimeoutMs),
    rescan: duration(settings.rescanMs),
    maxFiles: settings.maxFiles,
    preferredPort: settings.preferredPort,
    adminHostname: settings.adminHostname,
    healthAttempts: settings.healthAttempts,
    healthInterval: durationOrNever(settings.healthIntervalMs),
    hangTimeout: durationOrNever(settings.hangTimeoutMs),
    watch: settings.watch,
    compatReload: settings.compatReload,
    addressRange: settings.addressRange,
    hideErrors: settings.hideErrors,
    rateLimit: formatRateLimit(settings.rateLimit),
    ...Object.fromEntries(limits),
  };
}

function durationOrNever(ms: number): string {
  return ms === Infinity ? "never" : duration(ms);
}

function duration(ms: number): string {
  return formatLimit({ unit: "duration" }, ms);
}
