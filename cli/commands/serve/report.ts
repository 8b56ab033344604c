import process from "node:process";
import type { ConfigSources } from "../../../lib/config/config_sources.ts";
import { formatDuration } from "../../../lib/config/duration.ts";
import type { Settings } from "../../../lib/config/settings.ts";
import type { SupervisorReport } from "../../../lib/control/api.ts";
import type { Supervisor } from "../../../lib/supervisor/supervisor.ts";
import type { SupervisorContext } from "../../../lib/supervisor/supervisor_context.ts";
import { version } from "../../version.ts";
import type { ServedSource } from "./source.ts";

/** Parts of the report that are known late, or change. */
export interface ServeStatus {
  readonly url: string;
  adminUrl: string | null;
  config: ConfigSources;
}

/** Input of {@linkcode reportSupervisor}. */
export interface Reported {
  readonly status: ServeStatus;
  readonly source: ServedSource | undefined;
}

/** Returns the report of this supervisor, which follows the status. */
export function reportSupervisor(
  context: SupervisorContext,
  { status, source }: Reported,
): SupervisorReport {
  const { settings, isolation } = context;
  return {
    version,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    url: status.url,
    functionsDirectory: settings.functionsDirectory,
    logsDirectory: settings.saveLogs ? settings.logsDirectory : null,
    dataDirectory: isolation.dataDirectory,
    isolation: isolation.level,
    owner: isolation.ownerId,
    stateDirectory: settings.stateDirectory,
    socket: settings.socket,
    get adminUrl() {
      return status.adminUrl;
    },
    get config() {
      return status.config;
    },
    get source() {
      return source?.report ?? null;
    },
  };
}

/** Says how many functions there are. */
export function describeFound({ functions, unsettled }: Supervisor, hasSource: boolean): string {
  const count = new Set([...functions.keys(), ...unsettled]).size;
  if (count > 0) return `Functions: ${count}`;
  return hasSource ? "No functions yet" : "No functions yet. Add a folder with an index.ts";
}

/** Says that ddsrv stops, and when. */
export function describeStopping({ shutdownDelayMs }: Settings): string {
  if (shutdownDelayMs === 0) return "Stopping";
  return `Stopping in ${formatDuration(shutdownDelayMs)}. Until then /readyz answers 503`;
}
