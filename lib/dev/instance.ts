import { join } from "node:path";
import { createLineSplitter } from "../process/lines.ts";
import { describeExit, type Exit, parseExit } from "../process/exit.ts";
import { PRELOAD_FILE } from "../sandbox/preload_file.ts";
import { SITE_DIRECTORY, SITE_SERVER } from "../sandbox/site.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { sleep } from "../system/sleep.ts";
import { dataPlace, modulePlace } from "../system/host_places.ts";
import type { PreparedFunction } from "./prepare_function.ts";
import { dataName, planRun } from "./run_plan.ts";

/** A stream of a function's output. */
export type StreamName = "stdout" | "stderr";

/** A running process of a function. Disposing of it ends it and its children. */
export interface Instance extends AsyncDisposable {
  readonly endpoint: { readonly hostname: string; readonly port: number };
  /** Lets a parked process continue. */
  readonly release: () => Promise<void>;
  /** Resolves when it has exited and its output was read. */
  readonly ended: Promise<Exit>;
  /** Waits until it accepts connections; resolves to its exit if it ends first. */
  readonly ready: (signal: AbortSignal) => Promise<Exit | undefined>;
}

/** Options of {@linkcode startInstance}. */
export interface InstanceOptions {
  readonly functionsDirectory: string;
  /** Address of the debugger, `host:port`; none when left out. */
  readonly inspect?: string | undefined;
  readonly isColoured: boolean;
  /** Deno starts, and waits for `release` before it loads the function. */
  readonly isParked: boolean;
  readonly onLine: (stream: StreamName, text: string) => void;
}

const HOSTNAME = "127.0.0.1";

/** Pauses between attempts to connect: short at first, because small functions start fast. */
const FIRST_PAUSE_MS = 3;
const LAST_PAUSE_MS = 50;

/** Time for a graceful shutdown. */
const GRACE_MS = 2_000;

/** Maximum time for reading output after the process has exited. */
const DRAIN_OUTPUT_MS = 200;

/**
 * Starts a function's process on a free port of this computer.
 *
 * @throws {Error} if the process can't be started
 */
export async function startInstance(
  prepared: PreparedFunction,
  options: InstanceOptions,
): Promise<Instance> {
  await using stack = new AsyncDisposableStack();
  const os = Deno.build.os;
  const environment = Deno.env.toObject();
  const own = await Deno.realPath(await Deno.makeTempDir({ prefix: "ddsrv-dev-" }));
  stack.defer(() => removeIfThere(own));
  const data = join(dataPlace(os, environment), dataName(prepared.directory));
  const temporary = join(own, "tmp");
  await Promise.all([
    Deno.mkdir(temporary),
    Deno.mkdir(data, { recursive: true }),
    Deno.copyFile(PRELOAD_FILE, join(own, "preload.js")),
  ]);
  const port = findPort();
  const { command: [program = "", ...args], env, cwd, startFile } = planRun(prepared, {
    ...options,
    port,
    parent: Deno.pid,
    os,
    environment,
    paths: {
      deno: prepared.moduleOptions.deno?.path ?? Deno.execPath(),
      preload: join(own, "preload.js"),
      siteServer: join(SITE_DIRECTORY, SITE_SERVER),
      start: join(own, "start.json"),
      activity: join(own, "activity"),
      cache: modulePlace(os, environment),
      data,
      temporary,
    },
  });
  // Its variables may be secrets.
  await Deno.writeTextFile(join(own, "start.json"), JSON.stringify(startFile), { mode: 0o600 });
  const child = new Deno.Command(program, {
    args,
    cwd,
    env,
    clearEnv: true,
    // Ctrl-C in a terminal reaches ddsrv alone, which ends the function.
    detached: true,
    stdin: options.isParked ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { onLine } = options;
  const outputs = [
    readLines(child.stdout, (text) => onLine("stdout", text)),
    readLines(child.stderr, (text) => onLine("stderr", text)),
  ];
  let exit: Exit | undefined;
  const ended = child.status.then(async (status) => {
    const timer = setTimeout(() => outputs.forEach(({ cancel }) => cancel()), DRAIN_OUTPUT_MS);
    await Promise.all(outputs.map(({ finished }) => finished));
    clearTimeout(timer);
    return exit = parseExit(status);
  });
  stack.defer(async () => {
    if (exit === undefined) await end(child, ended);
    killGroup(child.pid);
  });
  const owned = stack.move();
  return {
    endpoint: { hostname: HOSTNAME, port },
    async release() {
      if (!options.isParked) return;
      const writer = child.stdin.getWriter();
      // It may have ended; its exit says why.
      await writer.write(new Uint8Array(1)).catch(() => {});
      await writer.close().catch(() => {});
    },
    ended,
    async ready(signal) {
      let pauseMs = FIRST_PAUSE_MS;
      while (exit === undefined && !signal.aborted) {
        if (await accepts(port)) return undefined;
        await Promise.race([sleep(pauseMs), ended]);
        pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 1.3);
      }
      return exit;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Returns a sentence about a process that ended by itself. */
export function describeEnd(exit: Exit, isStarted: boolean): string {
  const isOver = !isStarted && exit.code === 0 && exit.signal === undefined;
  return isOver
    ? "ended without listening on a port. Call Deno.serve, or export default { fetch }"
    : describeExit(exit);
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: HOSTNAME, port })).close();
    return true;
  } catch {
    return false;
  }
}

/** Returns a port that is free now. */
function findPort(): number {
  using listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  return listener.addr.port;
}

async function end(child: Deno.ChildProcess, ended: Promise<unknown>): Promise<void> {
  tryKill(() => child.kill("SIGTERM"));
  const over = new AbortController();
  await Promise.race([ended, sleep(GRACE_MS, over.signal)]);
  over.abort();
  tryKill(() => child.kill("SIGKILL"));
  await ended;
}

/** Kills what the function started and left behind. Windows has no process groups. */
function killGroup(pid: number): void {
  if (Deno.build.os !== "windows") tryKill(() => Deno.kill(-pid, "SIGKILL"));
}

function tryKill(kill: () => void): void {
  try {
    kill();
  } catch (error) {
    // It has ended: Deno reports a reaped child as a TypeError, and macOS a group as EPERM.
    const isGone = error instanceof Deno.errors.NotFound || error instanceof TypeError ||
      error instanceof Deno.errors.PermissionDenied;
    if (!isGone) throw error;
  }
}

interface Reading {
  readonly finished: Promise<void>;
  readonly cancel: () => void;
}

function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (text: string) => void,
): Reading {
  const splitter = createLineSplitter();
  const reader = stream.getReader();
  const read = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      for (const { text } of splitter.push(value)) onLine(text);
    }
    for (const { text } of splitter.end()) onLine(text);
  };
  return { finished: read().catch(() => {}), cancel: () => void reader.cancel().catch(() => {}) };
}
