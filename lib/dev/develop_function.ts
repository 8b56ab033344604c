import { stripVTControlCharacters } from "node:util";
import { ConfigError } from "../config/json_file.ts";
import type { Exit } from "../process/exit.ts";
import { faultOf } from "../proxy/http1/fault.ts";
import type { Route, RouteTable } from "../proxy/route_table.ts";
import { createUpstream, type Upstream } from "../proxy/upstream.ts";
import { sleep } from "../system/sleep.ts";
import type { NamedFiles } from "./change_of.ts";
import { describeEnd, type Instance, type StreamName } from "./instance.ts";
import type { PreparedFunction } from "./prepare_function.ts";

/** News about a function for its developer. */
export type DevEvent =
  /** It serves its present code, `ms` after the change or the start. */
  | { readonly type: "ready"; readonly ms: number; readonly isFirst: boolean }
  /** Deno's type errors. `keepsOld`: the code before goes on serving; otherwise this code serves. */
  | { readonly type: "type-errors"; readonly text: string; readonly keepsOld: boolean }
  /** The code has no type errors any more. */
  | { readonly type: "types-fixed" }
  /** It ended, or can't start. */
  | { readonly type: "failed"; readonly message: string; readonly keepsOld: boolean }
  | { readonly type: "warning"; readonly message: string };

/** Why a function gets a new instance: its code, or only its data, changed; or somebody asks. */
export type UpdateKind = "code" | "data" | "now";

/** Options of {@linkcode developFunction}. */
export interface DevelopFunctionOptions {
  readonly routes: RouteTable;
  /** The first request starts it. */
  readonly isLazy?: boolean;
  /** Only one process can have the debugger's port, so the old one ends before the new one starts. */
  readonly hasDebugger: boolean;
  readonly prepare: () => Promise<PreparedFunction>;
  readonly start: (
    prepared: PreparedFunction,
    options: {
      readonly isParked: boolean;
      readonly onLine: (stream: StreamName, text: string) => void;
    },
  ) => Promise<Instance>;
  /** Runs a start when it is its turn: a directory may have many functions. */
  readonly inTurn: (task: () => Promise<void>) => Promise<void>;
  /** Returns type errors; `undefined` if there are none or the signal aborts. */
  readonly check: (prepared: PreparedFunction, signal: AbortSignal) => Promise<string | undefined>;
  readonly onEvent: (event: DevEvent) => void;
  readonly onLine: (stream: StreamName, text: string) => void;
}

/** A function that follows its folder. Disposing of it ends its processes. */
export interface FunctionDevelopment extends AsyncDisposable {
  /**
   * Starts a new instance; a later update replaces one that has not finished. A lazy function that
   * nobody has wanted stays as it is.
   */
  readonly update: (kind: UpdateKind) => void;
  /** A request waits for it, and it may have ended. */
  readonly wanted: () => void;
  /** Files that its manifest names. */
  readonly namedFiles: () => NamedFiles;
}

interface Serving {
  readonly instance: Instance;
  readonly upstream: Upstream;
}

/** Time after which a start is unusual. */
export const SLOW_START_MS = 10_000;

/** Time for in-flight requests of a replaced instance. */
const DRAIN_MS = 2_000;

/** Lines of output that the error page shows. */
const TAIL_LINES = 30;

/**
 * Serves a function, and replaces its process after each update: the new one listens before the old
 * one ends. Code with type errors does not replace code that serves; if none serves, it starts.
 */
export function developFunction(
  name: string,
  options: DevelopFunctionOptions,
): FunctionDevelopment {
  const { routes, onEvent } = options;
  const closing = new AbortController();
  /** Ends of replaced instances, and checks of code that serves already. */
  const background = new Set<Promise<void>>();
  let serving: Serving | undefined;
  let named: NamedFiles = { entry: "", envFiles: [], writable: [] };
  let round: AbortController | undefined;
  let running: Promise<void> = Promise.resolve();
  let isCodeNew = true;
  let isForced = false;
  let hasErrors = false;
  let beganAtMs = performance.now();
  let isFirst = true;
  let isIdle = options.isLazy === true;
  routes.set(name, { type: "waiting" });

  function update(kind: UpdateKind): void {
    if (closing.signal.aborted || isIdle) return;
    if (kind === "code") isCodeNew = true;
    if (kind === "now") isForced = true;
    if (!isFirst) beganAtMs = performance.now();
    round?.abort();
    const own = round = new AbortController();
    const signal = AbortSignal.any([own.signal, closing.signal]);
    if (serving === undefined) routes.set(name, { type: "waiting" });
    running = running.then(async () => {
      if (signal.aborted) return;
      await options.inTurn(async () => signal.aborted ? undefined : await replace(signal));
    }).catch((error) => fail(error instanceof Error ? error.message : String(error)))
      .finally(() => round = round === own ? undefined : round);
  }

  async function replace(signal: AbortSignal): Promise<void> {
    const prepared = await prepare();
    if (prepared === undefined) return;
    const hasTypes = prepared.level === "types" && isCodeNew;
    const isGated = hasTypes && serving !== undefined && !isForced;
    const checking = isGated ? options.check(prepared, signal) : undefined;
    if (options.hasDebugger) {
      if (await refuses(checking, signal)) return;
      await stopServing();
    }
    const tail: string[] = [];
    await using stack = new AsyncDisposableStack();
    const instance = stack.use(
      await options.start(prepared, {
        isParked: isGated,
        onLine(stream, text) {
          if (tail.push(text) > TAIL_LINES) tail.shift();
          options.onLine(stream, text);
        },
      }),
    );
    if (await refuses(checking, signal)) return;
    await instance.release();
    const slow = setTimeout(tellSlow, SLOW_START_MS);
    const exit = await instance.ready(signal).finally(() => clearTimeout(slow));
    if (signal.aborted) return;
    if (exit !== undefined) return fail(describeEnd(exit, false), tail);
    stack.move();
    switchTo(prepared, { instance, tail });
    onEvent({ type: "ready", ms: performance.now() - beganAtMs, isFirst });
    isFirst = isForced = isCodeNew = false;
    if (isGated && await checking === undefined) tellFixed();
    if (!hasTypes || isGated) return;
    // Its result changes nothing, so the next update need not wait for it.
    track(
      options.check(prepared, signal).then((text) => {
        tellErrors(text, false);
        if (text === undefined && !signal.aborted) tellFixed();
      }),
    );
  }

  function tellSlow(): void {
    const message =
      `It has not listened on a port for ${SLOW_START_MS / 1_000} s. Call Deno.serve, ` +
      "or export default { fetch }";
    onEvent({ type: "warning", message });
  }

  async function prepare(): Promise<PreparedFunction | undefined> {
    try {
      const prepared = await options.prepare();
      const { envFiles, policy: { writable }, moduleOptions: { entry } } = prepared;
      named = { entry, envFiles, writable };
      for (const message of prepared.warnings) onEvent({ type: "warning", message });
      return prepared;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      fail(error.message);
    }
  }

  /** Returns true if the check found errors while other code serves, or if the round is over. */
  async function refuses(
    checking: Promise<string | undefined> | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const text = await checking;
    if (signal.aborted) return true;
    // The code before may have ended during the check.
    const keepsOld = serving !== undefined;
    tellErrors(text, keepsOld);
    return keepsOld && text !== undefined;
  }

  function tellErrors(text: string | undefined, keepsOld: boolean): void {
    if (text === undefined) return;
    hasErrors = true;
    onEvent({ type: "type-errors", text, keepsOld });
  }

  function tellFixed(): void {
    if (hasErrors) onEvent({ type: "types-fixed" });
    hasErrors = false;
  }

  function switchTo(
    { policy, isStatic }: PreparedFunction,
    { instance, tail }: { readonly instance: Instance; readonly tail: readonly string[] },
  ): void {
    const upstream = createUpstream(instance.endpoint);
    const old = serving;
    const own = serving = { instance, upstream };
    routes.set(name, {
      type: "ready",
      upstream,
      isFolder: isStatic,
      keepPrefix: policy.keepPrefix && !isStatic,
      rateLimit: policy.rateLimit,
    });
    void instance.ended.then((exit) => crashed(own, { exit, tail }));
    if (old !== undefined) retire(old);
  }

  function crashed(
    own: Serving,
    { exit, tail }: { readonly exit: Exit; readonly tail: readonly string[] },
  ): void {
    if (serving !== own) return;
    serving = undefined;
    own.upstream.close();
    retire(own);
    if (closing.signal.aborted) return;
    if (round === undefined) fail(describeEnd(exit, true), tail);
    else routes.set(name, { type: "waiting" });
  }

  function retire({ instance, upstream }: Serving): void {
    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, closing.signal]);
    track(
      Promise.race([upstream.drained(), sleep(DRAIN_MS, stop)]).then(() => {
        over.abort();
        upstream.close();
        return instance[Symbol.asyncDispose]();
      }),
    );
  }

  function track(task: Promise<void>): void {
    const tracked = task.catch((error) => onEvent({ type: "warning", message: String(error) }))
      .finally(() => background.delete(tracked));
    background.add(tracked);
  }

  async function stopServing(): Promise<void> {
    const old = serving;
    if (old === undefined) return;
    serving = undefined;
    routes.set(name, { type: "waiting" });
    old.upstream.close();
    await old.instance[Symbol.asyncDispose]();
  }

  function fail(message: string, tail: readonly string[] = []): void {
    const keepsOld = serving !== undefined;
    if (!keepsOld) routes.set(name, refusal(name, { message, tail }));
    onEvent({ type: "failed", message, keepsOld });
  }

  return {
    update,
    wanted() {
      if (isIdle) beganAtMs = performance.now();
      isIdle = false;
      if (serving === undefined && round === undefined) update("data");
    },
    namedFiles: () => named,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await running;
      const old = serving;
      serving = undefined;
      old?.upstream.close();
      await old?.instance[Symbol.asyncDispose]();
      await Promise.all(background);
      routes.delete(name);
    },
  };
}

/** Returns the answer for requests. The next request starts the function again. */
function refusal(
  name: string,
  { message, tail }: { readonly message: string; readonly tail: readonly string[] },
): Route {
  const lines = [`${name} ${message}`, ...tail.length === 0 ? [] : ["", ...tail]];
  const text = stripVTControlCharacters(lines.join("\n"));
  return { type: "refused", fault: faultOf("function-failed", { message: text }), isAsked: true };
}
