import { sourceFiles } from "../function/revision.ts";
import { requireDataOnly } from "../function/writable_code.ts";
import { ConfigError } from "../config/json_file.ts";
import { describeExit, type Exit } from "../process/exit.ts";
import type { OutputLine } from "../process/lines.ts";
import type { StreamName } from "../process/spawn.ts";
import { createSecret } from "../proxy/debug_secret.ts";
import type { DebugRoute } from "../proxy/route_table.ts";
import { createUpstream } from "../proxy/upstream.ts";
import { sleep } from "../system/sleep.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import { type CheckedToRun, checkToRun } from "./check_to_run.ts";
import type { OwnSession } from "./debug_sessions.ts";
import { type PreparedStart, prepareStart } from "./prepare_start.ts";
import { egressBounds, refusedConnection } from "./refused_connection.ts";
import { RunRefused } from "./run_refused.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** A request for a debug session. */
export interface DebugRequest {
  /** The code waits for a debugger, which stops just before the first line. */
  readonly breaks: boolean;
  /** Maximum length of the session. */
  readonly forMs: number;
  /** Receives the lines of the output. */
  readonly onLine: (stream: StreamName, line: OutputLine) => void;
  /** Receives a sentence about the session. */
  readonly onNote: (note: string) => void;
  /** Called when a debugger can attach. */
  readonly onStarted: (instance: DebuggedInstance) => void;
  /** Called when requests with the secret reach the instance. */
  readonly onReady: () => void;
}

/** An instance that a person debugs. */
export interface DebuggedInstance {
  readonly pid: number;
  readonly revision: string;
  /** Value of the field of requests for it; also opens its inspector. */
  readonly secret: string;
}

/** Options of {@linkcode debugFunction}. */
export interface DebugOptions {
  readonly name: string;
  readonly directory: string;
  readonly context: SupervisorContext;
  /** Opens the route of requests with a secret. */
  readonly openRoute: (name: string, secret: Uint8Array) => DebugRoute;
  /** Ends the session. */
  readonly signal: AbortSignal;
}

/** Interval of looks at an instance that begins to wait for a debugger. */
const LOOK_MS = 10;

/** A process that is paused can't end by itself, however long its grace time is. */
const MAX_GRACE_MS = 2_000;

/** Why a session ended: its process exited, or its time is over. */
export type DebugEnd = { readonly type: "exit"; readonly exit: Exit } | { readonly type: "late" };

/**
 * Starts an instance of a function's present code beside the one that serves, with an inspector.
 * Its sandbox is that of any instance. Nothing ends it for being idle, slow or silent, and it runs no
 * tasks and takes no messages of queues. Resolves when everything is closed.
 *
 * @throws {RunRefused} if the function can't be started, or a session of it can't begin
 * @throws the reason of `signal` if that aborts
 */
export function debugFunction(request: DebugRequest, options: DebugOptions): Promise<DebugEnd> {
  return options.context.debugSessions.enter(options.name, (session) => {
    const signal = AbortSignal.any([options.signal, session.signal]);
    return runSession(request, { ...options, signal, session });
  });
}

async function runSession(
  request: DebugRequest,
  options: DebugOptions & { readonly session: OwnSession },
): Promise<DebugEnd> {
  const { name, context, session, openRoute, signal } = options;
  const checked = await checkToRun(options);
  requireNoCode(checked, options);
  signal.throwIfAborted();
  await context.parked.makeRoom(name);
  await using stack = new AsyncDisposableStack();
  const prepared = stack.use(
    await prepareStart({
      ...options,
      ...checked,
      lock: checked.lock,
      debug: { breaks: request.breaks },
    }, { signal }),
  );
  stack.defer(() => forceSoon(prepared));
  prepared.attach({
    onWarning: request.onNote,
    onLine: request.onLine,
    onRefused(connection) {
      const bounds = egressBounds(context.settings, { name, policy: checked.policy });
      request.onNote(`The instance's ${refusedConnection(connection, bounds).text}`);
    },
  });
  const { started } = prepared;
  const ended = new AbortController();
  const exited = started.process.ended.finally(() => ended.abort());
  using late = openTimeout(request.forMs);
  const over = AbortSignal.any([ended.signal, signal, late.signal]);
  stack.defer(() => ended.abort());
  const pid = await started.process.findPid(over);
  const endpoint = pid === undefined ? undefined : await started.findInspector?.(pid, over);
  if (request.breaks) await untilWaiting(started, over);
  if (pid !== undefined && endpoint !== undefined && !over.aborted) {
    const secret = createSecret();
    session.open({ secret, endpoint });
    const route = stack.use(openRoute(name, secret));
    const { revision } = checked;
    request.onStarted({ pid, revision, secret: new TextDecoder().decode(secret) });
    const facts = { pid, checked, started, route, signal: over };
    void serve(stack, { ...facts, onReady: request.onReady }).catch((error) =>
      request.onNote(`Cannot watch the ports of the function: ${error.message}`)
    );
    await aborted(over);
  }
  if (ended.signal.aborted) {
    const exit = await exited;
    if (endpoint !== undefined) return { type: "exit", exit };
    throw new RunRefused(
      `The function ${describeExit(exit)} before a debugger could attach. See its log`,
    );
  }
  signal.throwIfAborted();
  return { type: "late" };
}

/** Waits until the preload module waits for a debugger, see `preload.js`. */
async function untilWaiting(
  { activity }: PreparedStart["started"],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !activity.read().hasWork) await sleep(LOOK_MS, signal);
}

/** An instance whose listener is not known yet. */
interface ServeOptions {
  readonly pid: number;
  readonly checked: CheckedToRun;
  readonly started: PreparedStart["started"];
  readonly route: DebugRoute;
  readonly onReady: () => void;
  readonly signal: AbortSignal;
}

/** Waits until the instance listens, however long that takes, and sends it its requests. */
async function serve(
  stack: AsyncDisposableStack,
  { pid, checked, started, route, onReady, signal }: ServeOptions,
): Promise<void> {
  const endpoint = await started.findEndpoint(pid, signal);
  if (endpoint === undefined || signal.aborted) return;
  const upstream = createUpstream(endpoint);
  stack.defer(() => upstream.close());
  route.ready({ upstream, keepPrefix: checked.policy.keepPrefix });
  onReady();
  await started.followEndpoint?.(pid, { onMoved: upstream.moveTo, signal });
}

/** Refuses writable names that contain code, as at an ordinary start. */
function requireNoCode(
  { policy, modules, moduleOptions: { entry } }: CheckedToRun,
  { name, directory, context }: DebugOptions,
): void {
  const { functionsDirectory } = context.settings;
  const files = sourceFiles({ functionsDirectory, name, entry }, modules);
  try {
    requireDataOnly(files, { directory, names: policy.writable });
  } catch (error) {
    throw error instanceof ConfigError ? new RunRefused(error.message, { cause: error }) : error;
  }
}

/** Shortens the grace time of the process. */
function forceSoon(prepared: PreparedStart): void {
  const timer = setTimeout(prepared.force, MAX_GRACE_MS);
  void prepared.started.process.ended.finally(() => clearTimeout(timer));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
