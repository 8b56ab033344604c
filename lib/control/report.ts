import { readProcFile } from "../system/read_proc_file.ts";
import { type FunctionState, statusOf } from "../supervisor/state.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { FunctionReport } from "./api.ts";

const SHORT_REVISION = 12;

/** All directories by name, functions and ignored ones. */
export async function reportFunctions(
  supervisor: Supervisor,
  baseUrl: string,
): Promise<FunctionReport[]> {
  const functions = [...supervisor.functions.values()]
    .map((state) => reportFunction(supervisor, state, baseUrl));
  const ignored = [...supervisor.ignored]
    .filter(([name]) => !supervisor.functions.has(name))
    .map(([name, reason]) => reportIgnored(name, reason));
  return [...await Promise.all(functions), ...ignored]
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** One function. */
export async function reportFunction(
  supervisor: Supervisor,
  state: FunctionState,
  baseUrl: string,
): Promise<FunctionReport> {
  const { serving, candidate, failure } = state;
  const instance = serving ?? candidate ?? state.leaving[0];
  const upstream = serving === undefined ? undefined : supervisor.upstreamOf(serving.id);
  const revision = serving?.revision ?? state.requested;
  return {
    name: state.name,
    status: statusOf(state),
    reason: failure?.reason ?? null,
    detail: failure === undefined || failure.detail === "" ? null : failure.detail,
    url: functionUrl(baseUrl, state.name),
    revision: revision.slice(0, SHORT_REVISION),
    failedRevision: serving !== undefined && failure !== undefined
      ? failure.revision.slice(0, SHORT_REVISION)
      : null,
    pid: instance?.pid ?? null,
    namespace: instance?.namespace ?? null,
    upstream: serving?.upstream ?? null,
    uptimeMs: serving?.readyAtMs === undefined ? null : Date.now() - serving.readyAtMs,
    restarts: state.restarts,
    memoryBytes: instance?.pid === undefined ? null : await readMemory(instance.pid),
    requests: supervisor.pastRequests(state.name) + (upstream?.requests ?? 0),
    directory: state.directory,
    isolation: "full",
  };
}

/** The address of a function below the proxy's. */
export function functionUrl(baseUrl: string, name: string): string {
  return `${baseUrl}/${encodeURIComponent(name)}`;
}

function reportIgnored(name: string, reason: string): FunctionReport {
  return {
    name,
    status: "ignored",
    reason,
    detail: null,
    url: null,
    revision: null,
    failedRevision: null,
    pid: null,
    namespace: null,
    upstream: null,
    uptimeMs: null,
    restarts: 0,
    memoryBytes: null,
    requests: 0,
    directory: null,
    isolation: "full",
  };
}

/** Resident memory in bytes. Source: proc_pid_status(5). */
async function readMemory(pid: number): Promise<number | null> {
  const status = await readProcFile(`/proc/${pid}/status`);
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
