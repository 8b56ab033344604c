import { formatEgress } from "../config/egress.ts";
import { ConfigError } from "../config/json_file.ts";
import type { Settings } from "../config/settings.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { Modules } from "../function/revision.ts";
import type { Exit } from "../process/exit.ts";
import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";
import { stopProcess } from "../process/stop.ts";
import { createUpstream, type Upstream } from "../proxy/upstream.ts";
import { sleep } from "../system/sleep.ts";
import { checkInstance } from "./instance_check.ts";
import type { Failure } from "./state.ts";
import { waitUntilReady } from "./wait_until_ready.ts";
import type { Workplace } from "./workplace.ts";

/** What is told while an instance opens. */
export interface InstanceReport {
  readonly onChecked: (revision: string, modules: Modules) => void;
  readonly onSpawned: (pid: number, namespace: string | undefined) => void;
  readonly onWarning: (message: string) => void;
  readonly onLine: (stream: StreamName, line: OutputLine) => void;
}

/** What is to be opened. */
export interface InstanceOptions {
  readonly name: string;
  readonly directory: string;
  /** The revision that the scan saw. */
  readonly requested: string;
  /** Modules that an earlier check named. */
  readonly knownModules: Modules;
  readonly workplace: Workplace;
  readonly report: InstanceReport;
  readonly signal: AbortSignal;
}

/** An instance that is ready. */
export interface OpenInstance {
  readonly upstream: Upstream;
  /** Its requests come with the prefix. */
  readonly keepPrefix: boolean;
  readonly revision: string;
  readonly policy: FunctionPolicy;
  /** What of its egress can't be had at present. */
  readonly problems: () => readonly string[];
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<Exit>;
  /** What it said last. */
  readonly lastLines: () => string;
  /** Lets requests finish for at most `drainMs`, then takes everything away. */
  readonly close: (
    options: { readonly drainMs: number; readonly hurry: AbortSignal },
  ) => Promise<void>;
}

/** What came of an attempt. */
export type Opened =
  | { readonly type: "ready"; readonly instance: OpenInstance }
  | { readonly type: "failed"; readonly failure: Omit<Failure, "atMs"> }
  /** The signal aborted; nothing is left. */
  | { readonly type: "aborted" };

const LAST_LINES = 20;

/**
 * Opens an instance in layers, namespace and check side by side, then process, then readiness. When
 * one of them fails, those that were open are closed in reverse before this returns.
 */
export async function openInstance(options: InstanceOptions): Promise<Opened> {
  const { workplace, directory, report, signal, requested } = options;
  const { settings, isolation } = workplace;
  const fail = (failure: Omit<Failure, "atMs" | "revision">, revision = requested): Opened =>
    signal.aborted ? { type: "aborted" } : { type: "failed", failure: { ...failure, revision } };
  const asked = await readPolicy(directory, settings);
  if (asked.type === "failed") return fail(asked.failure);

  await using stack = new AsyncDisposableStack();
  const problems = createProblems(report.onWarning);
  const [opened, checked] = await Promise.allSettled([
    isolation.open({
      name: options.name,
      egress: asked.policy.egress,
      onProblems: problems.change,
    }),
    checkInstance({ ...options, envFiles: asked.envFiles }),
  ]);
  if (opened.status === "fulfilled") stack.use(opened.value);
  if (signal.aborted) return { type: "aborted" };
  if (opened.status === "rejected") throw opened.reason;
  if (checked.status === "rejected") return fail(manifestFailure(checked.reason));
  // The revision is taken over the files as they are now, and so must be what it runs with.
  const current = await readPolicy(directory, settings);
  if (current.type === "failed") return fail(current.failure);
  const { policy } = current;
  if (!isSameSetting(asked, current)) return await openInstance(options);
  const sandbox = opened.value;
  const { revision, modules, problem, moduleOptions } = checked.value;
  report.onChecked(revision, modules);
  if (problem !== undefined) return fail({ stage: "check", ...problem }, revision);

  const lines = createLastLines();
  const started = await sandbox.start({
    directory,
    policy,
    moduleOptions,
    cacheDirectory: await workplace.cacheOf(options.name),
    onLine: (stream, line) => {
      lines.push(line.text);
      report.onLine(stream, line);
    },
  });
  const { process } = started;
  const hurry = new AbortController();
  stack.defer(async () => {
    await stopProcess(process, { graceMs: policy.stopGraceMs, hurry: hurry.signal });
  });
  const start = await waitUntilReady(started, {
    startTimeoutMs: policy.startTimeoutMs,
    signal,
    onPid: (pid) => report.onSpawned(pid, sandbox.namespace),
  });
  if (start.type !== "listening") {
    // It never served, so that there is nothing to wait for.
    hurry.abort();
    return fail({ stage: "start", reason: start.reason, detail: lines.text() }, revision);
  }
  const upstream = createUpstream(start.endpoint);
  stack.defer(() => upstream.close());
  const owned = stack.move();
  return {
    type: "ready",
    instance: {
      upstream,
      keepPrefix: policy.keepPrefix,
      revision,
      policy,
      problems: problems.current,
      ended: process.ended,
      lastLines: lines.text,
      async close({ drainMs, hurry: hasten }) {
        const rush = (): void => hurry.abort();
        const drained = new AbortController();
        hasten.addEventListener("abort", rush, { once: true });
        if (hasten.aborted) rush();
        try {
          const late = sleep(drainMs, AbortSignal.any([hasten, drained.signal]));
          await Promise.race([upstream.drained(), process.ended, late]);
          drained.abort();
          await owned.disposeAsync();
        } finally {
          hasten.removeEventListener("abort", rush);
        }
      },
    },
  };
}

type PolicyResult =
  | { readonly type: "policy" } & ReadPolicy
  | { readonly type: "failed"; readonly failure: Omit<Failure, "atMs" | "revision"> };

async function readPolicy(directory: string, settings: Settings): Promise<PolicyResult> {
  try {
    return { type: "policy", ...await readFunctionPolicy(directory, settings) };
  } catch (error) {
    return { type: "failed", failure: manifestFailure(error) };
  }
}

/** Whether what was opened for one policy is good for another. */
function isSameSetting(one: ReadPolicy, other: ReadPolicy): boolean {
  return formatEgress(one.policy.egress) === formatEgress(other.policy.egress) &&
    String(one.envFiles) === String(other.envFiles);
}

/** What a settings file that can't be used comes to; any other error is passed on. */
function manifestFailure(error: unknown): Omit<Failure, "atMs" | "revision"> {
  if (!(error instanceof ConfigError)) throw error;
  return { stage: "manifest", reason: "The manifest is not valid", detail: error.message };
}

interface LastLines {
  readonly push: (line: string) => void;
  readonly text: () => string;
}

function createLastLines(): LastLines {
  const lines: string[] = [];
  return {
    push(line) {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
    },
    text: () => lines.join("\n"),
  };
}

/** What can't be had, and a word for the operator about each such thing when it begins. */
interface Problems {
  readonly change: (problems: readonly string[]) => void;
  readonly current: () => readonly string[];
}

function createProblems(onWarning: (message: string) => void): Problems {
  let current: readonly string[] = [];
  return {
    change(problems) {
      for (const one of problems) if (!current.includes(one)) onWarning(one);
      current = problems;
    },
    current: () => current,
  };
}
