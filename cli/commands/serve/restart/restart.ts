import process from "node:process";
import { RestartError } from "../../../../lib/control/route.ts";
import type { Supervisor } from "../../../../lib/supervisor/supervisor.ts";
import { sleep } from "../../../../lib/system/sleep.ts";
import type { Console } from "../../../output/console.ts";
import { serveCommand } from "./serve_command.ts";
import { type Estate, startSuccessor, type Successor } from "./successor.ts";

/** A supervisor that has replaced this one. */
export interface Replaced {
  readonly pid: number;
  readonly version: string;
  /** Time for which functions must stay, see `Leave`. */
  readonly keepMs: number;
  /** Says that no run of a schedule goes on here. */
  readonly runsEnded: () => Promise<void>;
}

/** Restarts of this supervisor, of which one can go on at a time. */
export interface Restarts extends AsyncDisposable {
  /**
   * Starts another supervisor, which takes over when it serves all functions that serve now. Until
   * then, and if that fails, this one serves on.
   *
   * @throws {RestartError} if the other one does not take over
   */
  readonly restart: (timeoutMs: number) => Promise<Pick<Replaced, "pid" | "version">>;
  /** True while a restart goes on: folders, settings and states do not change. */
  readonly isActive: () => boolean;
  /** Resolves when another supervisor has taken over. */
  readonly replaced: Promise<Replaced>;
}

/** Options of {@linkcode openRestarts}. */
export interface RestartsOptions {
  readonly supervisor: Pick<Supervisor, "functions" | "pause" | "leave">;
  readonly console: Pick<Console, "say" | "warn">;
  /** Resolves when the predecessor of this supervisor has ended, whose place the other one takes. */
  readonly alone: Promise<unknown> | undefined;
  /** Returns the sockets, locks and facts for the other supervisor. */
  readonly estate: () => Estate;
  /** Environment of the other supervisor besides the present one. */
  readonly env: Readonly<Record<string, string>>;
  /** Called with the id of the other process when it serves. */
  readonly onServing: (pid: number) => void;
  /** Called when the other supervisor has the control socket's path and has failed. */
  readonly reopenControl: () => Promise<void>;
  readonly start?: typeof startSuccessor;
  readonly pid?: number;
}

/** Time until a new supervisor that is ready accepts connections. */
const SERVE_MS = 30_000;

const FORMER = new Error("the former ddsrv still finishes its requests");

const BUSY = "A restart is already going on. Wait for it";

/** A process with this id is the first one of a container, which ends with it. */
const INIT = 1;

/** Opens the restarts of this supervisor. Disposing of it ends one that goes on. */
export function openRestarts(options: RestartsOptions): Restarts {
  const { supervisor, console, start = startSuccessor, pid = process.pid } = options;
  const replaced = Promise.withResolvers<Replaced>();
  const ending = new AbortController();
  let active: Promise<unknown> | undefined;
  let isReplaced = false;

  async function run(timeoutMs: number): Promise<Replaced> {
    // The new one decides about changes from here on; if it fails, this one finds them.
    using stack = new DisposableStack();
    stack.use(supervisor.pause());
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([late, ending.signal]);
    let isServing = false;
    await Promise.race([options.alone, untilAborted(signal)]);
    if (signal.aborted) throw new RestartError(describeFailure(FORMER, { late, timeoutMs }));
    let successor: Successor | undefined;
    try {
      successor = await start({
        ...{ estate: options.estate(), command: serveCommand(), signal },
        env: { ...Deno.env.toObject(), ...options.env },
      });
      const serving = [...supervisor.functions.values()]
        .filter(({ serving }) => serving !== undefined).map(({ name }) => name);
      await successor.send({ type: "facts", serving });
      await successor.expect("ready");
      isServing = true;
      await successor.send({ type: "serve" });
      await within(SERVE_MS, successor.expect("serving"));
    } catch (cause) {
      await successor?.[Symbol.asyncDispose]();
      if (isServing) await options.reopenControl();
      throw new RestartError(describeFailure(cause, { late, timeoutMs }), { cause });
    }
    const { send, version } = successor;
    successor.release();
    isReplaced = true;
    // It scans no more.
    stack.move();
    options.onServing(successor.pid);
    const { atMs, keepMs } = supervisor.leave();
    await send({ type: "left", atMs });
    return {
      ...{ pid: successor.pid, version, keepMs },
      runsEnded: () => send({ type: "runs-ended" }),
    };
  }

  return {
    async restart(timeoutMs) {
      if (active !== undefined || isReplaced) throw new RestartError(BUSY);
      if (pid === INIT) throw new RestartError(describeInit());
      console.say("Restarting: this ddsrv serves until the new one is ready");
      const running = run(timeoutMs);
      active = running;
      try {
        const done = await running;
        console.say(`Replaced by ddsrv ${done.version} (pid ${done.pid})`);
        replaced.resolve(done);
        return done;
      } catch (error) {
        console.warn(`Restart failed: ${(error as Error).message}`);
        throw error;
      } finally {
        active = undefined;
      }
    },
    isActive: () => active !== undefined || isReplaced,
    replaced: replaced.promise,
    async [Symbol.asyncDispose]() {
      ending.abort(new Error("This ddsrv is stopping"));
      await active?.catch(() => {});
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function describeInit(): string {
  return "ddsrv is process 1 of a container, which ends with it. To upgrade without a gap, start " +
    "another container behind a load balancer, see docs/replicas.md";
}

function describeFailure(
  cause: unknown,
  { late, timeoutMs }: { readonly late: AbortSignal; readonly timeoutMs: number },
): string {
  const reason = late.aborted && cause !== FORMER
    ? `the new ddsrv was not ready after ${timeoutMs / 1000} s`
    : (cause as Error).message;
  return `${reason}. This ddsrv serves on, unchanged`;
}

async function within<Result>(ms: number, task: Promise<Result>): Promise<Result> {
  const done = new AbortController();
  const late = sleep(ms, done.signal).then(() => {
    throw new Error("The new ddsrv did not accept connections in time");
  });
  late.catch(() => {});
  try {
    return await Promise.race([task, late]);
  } finally {
    done.abort();
  }
}
