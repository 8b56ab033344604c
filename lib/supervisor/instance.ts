import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import type { Settings } from "../config/settings.ts";
import { type FunctionPolicy, readFunctionPolicy } from "../function/manifest.ts";
import type { Modules } from "../function/revision.ts";
import type { ControlGroup } from "../process/control_groups.ts";
import { functionEnvironment, runCommand } from "../process/deno_command.ts";
import { writeEnvFile } from "../process/env_file.ts";
import type { Exit } from "../process/exit.ts";
import {
  functionMounts,
  SANDBOX_CACHE,
  SANDBOX_DATA,
  SANDBOX_ENV,
  SANDBOX_PRELOAD,
} from "../process/function_mounts.ts";
import type { OutputLine } from "../process/lines.ts";
import { type Mount, sandboxCommand } from "../process/sandbox.ts";
import { type FunctionProcess, spawnFunction, type StreamName } from "../process/spawn.ts";
import { stopProcess } from "../process/stop.ts";
import { createUpstream, type Upstream } from "../proxy/upstream.ts";
import { sleep } from "../system/sleep.ts";
import { checkInstance } from "./instance_check.ts";
import type { Failure } from "./state.ts";
import { waitUntilReady } from "./wait_until_ready.ts";
import type { Home } from "./homes.ts";
import type { Workplace } from "./workplace.ts";

/** What is told while an instance opens. */
export interface InstanceReport {
  readonly onChecked: (revision: string, modules: Modules) => void;
  readonly onSpawned: (pid: number, namespace: string) => void;
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
  const { settings } = workplace;
  const fail = (failure: Omit<Failure, "atMs" | "revision">, revision = requested): Opened =>
    signal.aborted ? { type: "aborted" } : { type: "failed", failure: { ...failure, revision } };
  const asked = await readPolicy(directory, settings);
  if (asked.type === "failed") return fail(asked.failure);

  await using stack = new AsyncDisposableStack();
  const [namespaced, checked] = await Promise.allSettled([
    workplace.network.open({ label: options.name, egress: asked.policy.egress }),
    checkInstance(options),
  ]);
  if (namespaced.status === "fulfilled") stack.use(namespaced.value);
  if (signal.aborted) return { type: "aborted" };
  if (namespaced.status === "rejected") throw namespaced.reason;
  if (checked.status === "rejected") return fail(manifestFailure(checked.reason));
  // The revision is taken over the files as they are now, and so must be what it runs with.
  const current = await readPolicy(directory, settings);
  if (current.type === "failed") return fail(current.failure);
  const { policy } = current;
  if (policy.egress !== asked.policy.egress) return await openInstance(options);
  const namespace = namespaced.value;
  const { revision, modules, problem, moduleOptions } = checked.value;
  report.onChecked(revision, modules);
  if (problem !== undefined) return fail({ stage: "check", ...problem }, revision);

  const lines = createLastLines();
  const home = await workplace.homes.open(options.name);
  const { uid } = home;
  const envPath = join(workplace.runtimeDirectory, "env", `${namespace.name}.json`);
  const envFile = stack.use(await writeEnvFile(envPath, policy.env, uid));
  const group = await workplace.groups?.open(String(namespace.ordinal), policy);
  if (group !== undefined) stack.use(group);
  const process = withMemoryLimit(
    group,
    policy.memoryBytes,
    spawnFunction({
      command: sandboxCommand({
        networkPath: namespace.path,
        ...(group === undefined ? {} : { joinFiles: group.joinFiles }),
        uid,
        mounts: [
          ...await instanceMounts(options, policy),
          ...homeMounts(home),
          { source: envFile.path, target: SANDBOX_ENV },
        ],
        scratch: [SANDBOX_CACHE],
        workingDirectory: directory,
        command: runCommand(moduleOptions),
      }),
      env: functionEnvironment(settings.preferredPort),
      onLine: (stream, line) => {
        lines.push(line.text);
        report.onLine(stream, line);
      },
    }),
  );
  const hurry = new AbortController();
  stack.defer(async () => {
    await stopProcess(process, { graceMs: policy.stopGraceMs, hurry: hurry.signal });
  });
  const start = await waitUntilReady(process, {
    preferredPort: settings.preferredPort,
    startTimeoutMs: policy.startTimeoutMs,
    signal,
    onPid: (pid) => report.onSpawned(pid, namespace.name),
  });
  if (start.type !== "listening") {
    // It never served, so that there is nothing to wait for.
    hurry.abort();
    return fail({ stage: "start", reason: start.reason, detail: lines.text() }, revision);
  }
  const { listener } = start;
  if (listener.scope === "loopback") await namespace.exposeLoopback(listener.port);
  const upstream = createUpstream(namespace.address, listener.port);
  stack.defer(() => upstream.close());
  const owned = stack.move();
  return {
    type: "ready",
    instance: {
      upstream,
      keepPrefix: policy.keepPrefix,
      revision,
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

/** The same process, whose end tells whether it wanted more memory than it might have. */
function withMemoryLimit(
  group: ControlGroup | undefined,
  memoryBytes: number,
  process: FunctionProcess,
): FunctionProcess {
  if (group === undefined) return process;
  const ended = process.ended.then(async (exit) =>
    await group.oomKills() === 0 ? exit : { ...exit, exhaustedBytes: memoryBytes }
  );
  return { ...process, ended };
}

type ReadPolicy =
  | { readonly type: "policy"; readonly policy: FunctionPolicy }
  | { readonly type: "failed"; readonly failure: Omit<Failure, "atMs" | "revision"> };

async function readPolicy(directory: string, settings: Settings): Promise<ReadPolicy> {
  try {
    return { type: "policy", policy: await readFunctionPolicy(directory, settings) };
  } catch (error) {
    return { type: "failed", failure: manifestFailure(error) };
  }
}

/** What a settings file that can't be used comes to; any other error is passed on. */
function manifestFailure(error: unknown): Omit<Failure, "atMs" | "revision"> {
  if (!(error instanceof ConfigError)) throw error;
  return { stage: "manifest", reason: "The manifest is not valid", detail: error.message };
}

async function instanceMounts(options: InstanceOptions, policy: FunctionPolicy): Promise<Mount[]> {
  const { workplace, name } = options;
  const { settings, etc, preloadFile } = workplace;
  const cacheDirectory = await workplace.cacheOf(name);
  const mounts = await functionMounts({
    functionsDirectory: settings.functionsDirectory,
    name,
    etc: policy.egress === "none" ? etc.offline : etc.online,
  });
  const cache = ["remote", "npm"].map((part) => ({
    source: join(cacheDirectory, part),
    target: join(SANDBOX_CACHE, part),
  }));
  return [...mounts, ...cache, { source: preloadFile, target: SANDBOX_PRELOAD }];
}

function homeMounts({ files, storage }: Home): Mount[] {
  return [
    { source: files, target: SANDBOX_DATA, isWritable: true },
    { source: storage, target: join(SANDBOX_CACHE, "location_data"), isWritable: true },
  ];
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
