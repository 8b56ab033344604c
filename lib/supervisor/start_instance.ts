import { isStaticEntry } from "../config/entry_names.ts";
import { ownDeno } from "../sandbox/deno_binary.ts";
import { namesHostShortage } from "../process/host_shortage.ts";
import { createUpstream, type UpstreamReport } from "../proxy/upstream.ts";
import { drainInstance } from "./drain_instance.ts";
import { explainOutput } from "./explain_output.ts";
import type { InstanceOptions, LaunchOutcome } from "./open_instance.ts";
import { type CheckedStart, codeStart, type PreparedStart, prepareStart } from "./prepare_start.ts";
import { startReport } from "./start_report.ts";
import { waitUntilReady } from "./wait_until_ready.ts";

/** A function that has passed its check, and a launch of it. */
export interface CheckedFunction extends Omit<CheckedStart, "context">, InstanceOptions {
  /** Problems that it has from the beginning, a sentence each. */
  readonly problems?: readonly string[];
  /** Looks for further problems that do not prevent the start, while the instance starts. */
  readonly findProblems?: () => Promise<readonly string[]>;
}

/**
 * Starts an instance in layers: sandbox, process, readiness. If a layer fails, it closes the others
 * in reverse order before it returns. A parked start that is like a new one is used instead.
 */
export async function startInstance(options: CheckedFunction): Promise<LaunchOutcome> {
  const { name, context, directory, report, signal, policy, revision, moduleOptions } = options;
  signal.throwIfAborted();
  await using stack = new AsyncDisposableStack();
  const lasting: string[] = [];
  const note = (found: readonly string[]): void => {
    lasting.push(...found);
    found.forEach(report.onWarning);
  };
  // Thousands of files may take longer than the start.
  const searching = options.findProblems?.().then(
    note,
    (error) => note([`Cannot look for problems in the folder: ${error.message}`]),
  );
  stack.defer(() => searching);
  const prepared = stack.use(
    await context.parked.take(options) ?? await prepareNew(options),
  );
  prepared.attach(startReport(report, policy));
  const { started } = prepared;
  const { process } = started;
  const explain = (): ReturnType<typeof explainOutput> =>
    explainOutput(prepared.excerpt(), { name, directory, stage: "start", policy, context });
  note([...options.problems ?? [], ...started.problems]);
  await process.release();
  const start = await waitUntilReady(started, {
    startTimeoutMs: policy.startTimeoutMs,
    health: policy.healthPath === undefined
      ? undefined
      : { path: policy.healthPath, attempts: context.settings.healthAttempts },
    signal,
    onPid: (pid) =>
      report.onSpawned({
        pid,
        namespace: prepared.namespace,
        sinceMs: performance.now(),
        healthPath: policy.healthPath,
        excerpt: prepared.excerpt,
        advise: () => explain().advice,
      }),
  });
  if (start.type !== "listening") {
    // It has not served, so there are no requests to wait for.
    prepared.force();
    if (signal.aborted) return { type: "aborted" };
    const detail = prepared.excerpt();
    const failure = {
      stage: "start",
      isTransient: start.isTransient || namesHostShortage(detail),
      reason: start.reason,
      detail,
      ...explain(),
      revision,
    } as const;
    return { type: "failed", failure };
  }
  const upstream = createUpstream(start.endpoint);
  stack.defer(() => upstream.close());
  const following = new AbortController();
  stack.defer(() => following.abort());
  if (started.isRecording) {
    const { onWarning } = report;
    const run = { pid: start.pid, onWarning, signal: following.signal };
    void context.keptCode.collect(codeStart(options), run).then(() => {
      if (!following.signal.aborted) parkNext(options);
    });
    void process.ended.then(() => following.abort());
  }
  void started.followEndpoint?.(start.pid, {
    onMoved: upstream.moveTo,
    signal: following.signal,
  }).catch((error) => report.onWarning(`Cannot watch the ports of the function: ${error.message}`));
  parkNext(options);
  const owned = stack.move();
  return {
    type: "ready",
    instance: {
      upstream,
      get endpoint() {
        return upstream.endpoint;
      },
      pid: start.pid,
      isFolder: isStaticEntry(moduleOptions.entry),
      keepPrefix: policy.keepPrefix && !isStaticEntry(moduleOptions.entry),
      revision,
      policy,
      deno: (moduleOptions.deno ?? ownDeno()).version,
      problems: () => [...lasting, ...prepared.problems(), ...describeMismatch(upstream.report)],
      activity: started.activity,
      readDataUsage: started.readDataUsage,
      readOwnMemory: started.readOwnMemory,
      ended: process.ended,
      excerpt: prepared.excerpt,
      keepNext() {
        if (options.source === undefined) context.parked.keep(options);
      },
      async close(limits) {
        const { force: forced } = limits;
        const skipGrace = (): void => prepared.force();
        forced.addEventListener("abort", skipGrace, { once: true });
        if (forced.aborted) skipGrace();
        try {
          const hasWork = (): boolean => started.activity.read().hasWork;
          await drainInstance({ ...limits, upstream, hasWork, ended: process.ended });
          await owned.disposeAsync();
        } finally {
          forced.removeEventListener("abort", skipGrace);
        }
      },
    },
  };
}

/** Prepares the next start, unless it is one of a snapshot, which is a stopgap. */
function parkNext(options: CheckedFunction): void {
  if (options.source === undefined) options.context.parked.park(options);
}

/** Parked starts of other functions give way if the host has no room for a new one. */
async function prepareNew(options: CheckedFunction): Promise<PreparedStart> {
  const { name, context, signal } = options;
  await context.parked.makeRoom(name);
  try {
    return await prepareStart(options, { signal });
  } catch (error) {
    if (signal.aborted || await context.parked.discardAll() === 0) throw error;
    return await prepareStart(options, { signal });
  }
}

function describeMismatch({ mismatch }: UpstreamReport): string[] {
  return mismatch === undefined ? [] : [`Requests fail: ${mismatch}`];
}
