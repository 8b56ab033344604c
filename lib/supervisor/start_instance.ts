import { relative } from "node:path";
import { isStaticEntry } from "../config/entry_names.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { InstalledPackages } from "../isolation/installed_packages.ts";
import { ownDeno } from "../sandbox/deno_binary.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import { createOutputExcerpt } from "../process/output_excerpt.ts";
import { stopProcess } from "../process/stop.ts";
import { createUpstream, type UpstreamReport } from "../proxy/upstream.ts";
import { sleep } from "../system/sleep.ts";
import { explainOutput } from "./explain_output.ts";
import type { InstanceOptions, LaunchOutcome } from "./open_instance.ts";
import { waitUntilReady } from "./wait_until_ready.ts";

/** A function that has passed its check. */
export interface CheckedFunction extends InstanceOptions {
  readonly policy: FunctionPolicy;
  readonly revision: string;
  readonly moduleOptions: ModuleOptions;
  /** Absolute paths of its env files besides `.env`. */
  readonly envFiles: readonly string[];
  /** Path of the lock file that the check of this revision made, if it made one. */
  readonly lock: string | undefined;
  /** Packages that the check of this revision installed, if it installed any. */
  readonly packages?: InstalledPackages | undefined;
  /** Directory of its source, if that is not its folder. */
  readonly source?: string;
  /** Problems that it has from the beginning, a sentence each. */
  readonly problems?: readonly string[];
}

/**
 * Starts an instance in layers: sandbox, process, readiness. If a layer fails, it closes the others
 * in reverse order before it returns.
 */
export async function startInstance(options: CheckedFunction): Promise<LaunchOutcome> {
  const { name, context, directory, report, signal, policy, revision, moduleOptions } = options;
  signal.throwIfAborted();
  await using stack = new AsyncDisposableStack();
  const problems = createProblems(report.onWarning);
  const sandbox = stack.use(
    await context.isolation.openSandbox({
      name,
      egress: policy.egress,
      bandwidthBits: policy.bandwidthBits,
      onProblems: problems.change,
    }),
  );
  signal.throwIfAborted();
  if (options.packages !== undefined) stack.use(context.keptPackages.hold(name, options.packages));
  const output = createOutputExcerpt(name);
  const code = {
    ...{ name, revision, moduleOptions, policy },
    hasDependencies: moduleOptions.nodeModules === "manual" || moduleOptions.isVendored === true ||
      (moduleOptions.ownLock ?? options.lock ?? options.packages) !== undefined,
  };
  const explain = (): ReturnType<typeof explainOutput> =>
    explainOutput(output.text(), { name, directory, stage: "start", policy, context });
  const started = await sandbox.spawn({
    directory,
    source: options.source,
    policy,
    moduleOptions,
    envFiles: options.envFiles.map((file) => relative(options.source ?? directory, file)),
    lock: options.lock,
    packages: options.packages,
    code: await context.keptCode.choose(code),
    cacheDirectory: await context.cacheOf(name),
    onLine: (stream, line) => {
      output.push(line);
      report.onLine(stream, line);
    },
  });
  const { process } = started;
  const lasting = [...options.problems ?? [], ...started.problems];
  lasting.forEach(report.onWarning);
  const force = new AbortController();
  stack.defer(async () => {
    await stopProcess(process, { graceMs: policy.stopGraceMs, force: force.signal });
  });
  const start = await waitUntilReady(started, {
    startTimeoutMs: policy.startTimeoutMs,
    health: policy.healthPath === undefined
      ? undefined
      : { path: policy.healthPath, attempts: context.settings.healthAttempts },
    signal,
    onPid: (pid) =>
      report.onSpawned({
        pid,
        namespace: sandbox.namespace,
        sinceMs: performance.now(),
        healthPath: policy.healthPath,
        excerpt: output.text,
        advise: () => explain().advice,
      }),
  });
  if (start.type !== "listening") {
    // It has not served, so there are no requests to wait for.
    force.abort();
    if (signal.aborted) return { type: "aborted" };
    const { reason, isTransient } = start;
    const detail = output.text();
    const explained = explainOutput(detail, { name, directory, stage: "start", policy, context });
    const failure = {
      stage: "start",
      isTransient,
      reason,
      detail,
      ...explained,
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
    void context.keptCode.collect(code, { pid: start.pid, onWarning, signal: following.signal });
    void process.ended.then(() => following.abort());
  }
  void started.followEndpoint?.(start.pid, {
    onMoved: upstream.moveTo,
    signal: following.signal,
  }).catch((error) => report.onWarning(`Cannot watch the ports of the function: ${error.message}`));
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
      problems: () => [...lasting, ...problems.current(), ...describeMismatch(upstream.report)],
      readDataUsage: started.readDataUsage,
      ended: process.ended,
      excerpt: output.text,
      async close({ drainMs, force: forced }) {
        const skipGrace = (): void => force.abort();
        const drained = new AbortController();
        forced.addEventListener("abort", skipGrace, { once: true });
        if (forced.aborted) skipGrace();
        try {
          const late = sleep(drainMs, AbortSignal.any([forced, drained.signal]));
          await Promise.race([upstream.drained(), process.ended, late]);
          drained.abort();
          await owned.disposeAsync();
        } finally {
          forced.removeEventListener("abort", skipGrace);
        }
      },
    },
  };
}

function describeMismatch({ mismatch }: UpstreamReport): string[] {
  return mismatch === undefined ? [] : [`Requests fail: ${mismatch}`];
}

/** Present problems of an instance; warns about each when it begins. */
interface Problems {
  readonly change: (problems: readonly string[]) => void;
  readonly current: () => readonly string[];
}

function createProblems(onWarning: (message: string) => void): Problems {
  let current: readonly string[] = [];
  return {
    change(problems) {
      for (const problem of problems) if (!current.includes(problem)) onWarning(problem);
      current = problems;
    },
    current: () => current,
  };
}
