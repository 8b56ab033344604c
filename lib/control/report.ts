import { stayOf } from "../sandbox/activity.ts";
import { formatEgress } from "../config/egress.ts";
import type { DiskUsage } from "../disk/disk_usage.ts";
import { type ProcessFigures, readProcessFigures } from "../system/process_figures.ts";
import { readTreeMemory } from "../system/tree_memory.ts";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import type { OpenInstance } from "../supervisor/open_instance.ts";
import { withAdvice } from "../supervisor/advice.ts";
import {
  type Failure,
  type FunctionState,
  type Instance,
  pendingOf,
  reasonOf,
  statusOf,
} from "../supervisor/state.ts";
import { nextTryMs } from "../supervisor/retry.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { FunctionReport, NextStart, SupervisorReport, TrafficReport } from "./api.ts";
import { describeSlowStart, type SlowStart } from "./slow_start.ts";

const SHORT_REVISION = 12;

type ReportContext = Pick<SupervisorReport, "url" | "isolation">;

/** Returns reports of all directories, functions and ignored ones, sorted by name. */
export async function reportFunctions(
  supervisor: Supervisor,
  context: ReportContext,
): Promise<FunctionReport[]> {
  const yieldToEventLoop = createYieldToEventLoop();
  const functions: Promise<FunctionReport>[] = [];
  for (const state of [...supervisor.functions.values()]) {
    const report = reportFunction(supervisor, state, context);
    // Promise.all waits for it; until then, an error must not count as unhandled.
    report.catch(() => {});
    functions.push(report);
    // Figures of a thousand functions take some 50 ms.
    await yieldToEventLoop();
  }
  const ignored = [...supervisor.ignored]
    .filter(([name]) => !supervisor.functions.has(name))
    .map(([name, reason]) => reportIgnored(name, reason, context));
  return [...await Promise.all(functions), ...ignored]
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Returns the report of a function. */
export async function reportFunction(
  supervisor: Supervisor,
  state: FunctionState,
  { url: baseUrl, isolation }: ReportContext,
): Promise<FunctionReport> {
  const { serving, candidate, failure } = state;
  const instance = serving ?? candidate ?? state.leaving[0];
  const open = serving === undefined ? undefined : supervisor.instanceOf(serving.id);
  const revision = serving?.revision ?? state.requested;
  const traffic = supervisor.trafficOf(state.name);
  const refusal = supervisor.ignored.get(state.name);
  const reason = reasonOf(state);
  const slow = reason === undefined ? slowStart(supervisor, candidate) : undefined;
  const { figures, own, data } = instance?.pid === undefined
    ? NO_FIGURES
    : await readFigures(instance.pid, open);
  return {
    name: state.name,
    status: statusOf(state),
    pending: pendingOf(state, supervisor.unsettled.has(state.name)) ?? null,
    stoppedAt: stoppedAtOf(state),
    expiresAt: expiresAtOf(supervisor, state.name),
    reason: reason ?? slow?.reason ?? null,
    detail: detailOf(failure) || serving?.hang?.detail || slow?.detail || null,
    url: functionUrl(baseUrl, state.name),
    revision: revision.slice(0, SHORT_REVISION),
    failedRevision: isUpdateFailed(state) ? failure!.revision.slice(0, SHORT_REVISION) : null,
    newerRevision: supervisor.newerRevision(state.name)?.slice(0, SHORT_REVISION) ?? null,
    pid: instance?.pid ?? null,
    namespace: instance?.namespace ?? null,
    upstream: open?.upstream.label ?? serving?.upstream ?? null,
    uptimeMs: serving?.readyAtMs === undefined
      ? null
      : Math.round(performance.now() - serving.readyAtMs),
    restarts: state.restarts,
    nextTryAt: dateOf(nextTryMs(state)),
    nextStart: nextStartOf(supervisor, state.name),
    awake: (open && stayOf(open.activity.read())) ?? null,
    ownMemoryBytes: own ?? null,
    memoryBytes: figures?.memoryBytes ?? null,
    cpuMs: figures?.cpuMs ?? null,
    dataBytes: data?.usedBytes ?? null,
    dataLimitBytes: data?.limitBytes ?? null,
    requests: traffic?.requests ?? 0,
    errors: traffic?.errors ?? 0,
    inFlight: open?.upstream.inFlight ?? 0,
    waiting: supervisor.waitingFor(state.name),
    directory: state.directory,
    isolation,
    kept: supervisor.snapshotsOf(state.name).map((kept) => kept.slice(0, SHORT_REVISION)),
    egress: open === undefined ? null : formatEgress(open.policy.egress),
    deno: open?.deno ?? null,
    domains: supervisor.domains.domainsOf(state.name),
    problems: [
      ...open?.problems() ?? [],
      ...supervisor.domains.problemsOf(state.name),
      ...refusal === undefined ? [] : [refusal],
    ],
  };
}

interface Figures {
  readonly figures: ProcessFigures | undefined;
  /** Memory of all processes, in bytes. */
  readonly own: number | undefined;
  readonly data: DiskUsage | undefined;
}

const NO_FIGURES: Figures = { figures: undefined, own: undefined, data: undefined };

/** Reads the figures of an instance; `open` is missing while it starts. */
async function readFigures(pid: number, open: OpenInstance | undefined): Promise<Figures> {
  const figures = readProcessFigures(pid);
  const data = open?.readDataUsage?.(pid);
  return { figures, own: open?.readOwnMemory?.() ?? await readTreeMemory(pid), data };
}

function detailOf(failure: Failure | undefined): string {
  return failure === undefined ? "" : withAdvice(failure.detail, failure.advice);
}

function stoppedAtOf({ stoppedByHand }: FunctionState): string | null {
  return stoppedByHand === undefined ? null : new Date(stoppedByHand.sinceMs).toISOString();
}

function expiresAtOf({ expiries }: Supervisor, name: string): string | null {
  const atMs = expiries.get(name);
  return atMs === undefined ? null : new Date(atMs).toISOString();
}

function nextStartOf({ parkingOf }: Supervisor, name: string): NextStart | null {
  const parking = parkingOf(name);
  if (parking === undefined) return null;
  return parking === "runtime" ? "warm" : "parked";
}

/** Converts a time by `performance.now()` to a date. */
function dateOf(atMs: number | undefined): string | null {
  if (atMs === undefined) return null;
  return new Date(Date.now() + atMs - performance.now()).toISOString();
}

/** Beside a hung instance, its own revision may have failed to start: that is no failed update. */
function isUpdateFailed({ serving, failure }: FunctionState): boolean {
  if (serving === undefined || failure === undefined) return false;
  return serving.hang === undefined || failure.revision !== serving.revision;
}

function slowStart(
  { startingOf }: Supervisor,
  candidate: Instance | undefined,
): SlowStart | undefined {
  const start = candidate === undefined ? undefined : startingOf(candidate.id);
  return start === undefined ? undefined : describeSlowStart(start, performance.now());
}

/** Returns reports of the traffic of each function, sorted by name. */
export function reportTraffic(supervisor: Supervisor): TrafficReport[] {
  return [...supervisor.functions.values()].flatMap(({ name, serving }) => {
    const traffic = supervisor.trafficOf(name);
    if (traffic === undefined) return [];
    const open = serving === undefined ? undefined : supervisor.instanceOf(serving.id);
    const inFlight = open?.upstream.inFlight ?? 0;
    return [{ name, ...traffic, inFlight, waiting: supervisor.waitingFor(name) }];
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Returns the URL of a function. */
export function functionUrl(baseUrl: string, name: string): string {
  return `${baseUrl}/${encodeURIComponent(name)}`;
}

function reportIgnored(name: string, reason: string, { isolation }: ReportContext): FunctionReport {
  return {
    name,
    status: "ignored",
    pending: null,
    stoppedAt: null,
    expiresAt: null,
    reason,
    detail: null,
    url: null,
    revision: null,
    failedRevision: null,
    newerRevision: null,
    pid: null,
    namespace: null,
    upstream: null,
    uptimeMs: null,
    restarts: 0,
    nextTryAt: null,
    nextStart: null,
    awake: null,
    ownMemoryBytes: null,
    memoryBytes: null,
    cpuMs: null,
    dataBytes: null,
    dataLimitBytes: null,
    requests: 0,
    errors: 0,
    inFlight: 0,
    waiting: 0,
    directory: null,
    isolation,
    kept: [],
    egress: null,
    deno: null,
    domains: [],
    problems: [],
  };
}
