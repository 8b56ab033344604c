import { once } from "node:events";
import type { Socket } from "node:net";
import type { FunctionProcess } from "../process/spawn.ts";
import type { Exit } from "../process/exit.ts";
import type { OneOffRequest } from "../supervisor/one_off_run.ts";
import { RunRefused } from "../supervisor/run_refused.ts";
import { describeDuration } from "../system/describe_duration.ts";
import { sendSignal } from "../system/kill_with_children.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import {
  CLIENT_FRAMES,
  createFrameDecoder,
  encodeFrame,
  encodeStream,
  type Frame,
  type FrameType,
  MAX_FRAME_BYTES,
  RUN_SIGNALS,
} from "./run_frames.ts";
import { parseBegin, type RunBegin } from "./run_request.ts";

/** Options of {@linkcode serveRun}. */
export interface ServeRunOptions {
  /** Bytes of the client that were read already. */
  readonly head: Uint8Array;
  /** Runs a request, see `runOnce`. */
  readonly run: (request: OneOffRequest, signal: AbortSignal) => Promise<Exit>;
}

/** Time for the request of a run to arrive. */
const BEGIN_TIMEOUT_MS = 30_000;

/** Exit code after the timeout of a run, as that of timeout(1). */
const TIMED_OUT = 124;

/**
 * Serves one run over a connection that both sides have changed to frames. The client may have one
 * piece of input on the way; the next follows after `input-taken`, so that signals never wait
 * behind it. A client that does not read slows the run down. A client that leaves ends it.
 */
export async function serveRun(socket: Socket, options: ServeRunOptions): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new RunRefused("The client has disconnected"));
  socket.on("close", leave).on("end", leave);
  const send = async (...frames: readonly Uint8Array[]): Promise<void> => {
    for (const frame of frames) {
      // What nobody reads any more is discarded, so that the process can clean up.
      if (gone.signal.aborted) return;
      if (!socket.write(frame)) await once(socket, "drain", gone).catch(() => {});
    }
  };
  const begun = Promise.withResolvers<RunBegin>();
  const input = createInput((taken) => void send(encodeFrame(taken)));
  const decoder = createFrameDecoder(CLIENT_FRAMES);
  let isBegun = false;

  function take({ type, bytes }: Frame): void {
    if ((type === "begin") === isBegun) throw new SyntaxError(`A frame "${type}" is out of order`);
    switch (type) {
      case "begin":
        isBegun = true;
        return begun.resolve(parseBegin(bytes));
      case "input":
        return input.write(bytes);
      case "input-end":
        return input.close();
      case "signal":
        return input.signal(new TextDecoder().decode(bytes), gone);
      default:
        throw new SyntaxError(`A frame "${type}" is not one of a client`);
    }
  }

  function read(piece: Uint8Array): void {
    try {
      for (const frame of decoder.push(piece)) take(frame);
    } catch (error) {
      begun.reject(error);
      gone.abort(error);
    }
  }

  const fail = (message: string): void => {
    socket.end(encodeFrame("error", cut(message)));
  };
  socket.on("data", read);
  if (options.head.length > 0) read(options.head);
  using late = openTimeout(BEGIN_TIMEOUT_MS);
  late.signal.addEventListener("abort", () => begun.reject(late.signal.reason), { once: true });
  gone.signal.addEventListener("abort", () => begun.reject(gone.signal.reason), { once: true });
  try {
    const { words, env, terminal, timeoutMs } = await begun.promise;
    using stack = new DisposableStack();
    const timeout = new AbortController();
    const request: OneOffRequest = {
      words,
      env,
      terminal,
      onBytes: (stream, bytes) => send(...encodeStream(stream, bytes)),
      onNote: (note) => void send(encodeFrame("note", cut(note))),
      onStarted(process, { hasTerminal }) {
        input.start(process);
        if (timeoutMs !== undefined) {
          const timer = stack.use(openTimeout(timeoutMs));
          timer.signal.addEventListener("abort", () => timeout.abort(), { once: true });
        }
        void send(encodeFrame("started", new Uint8Array([hasTerminal ? 1 : 0])));
      },
    };
    const signal = AbortSignal.any([gone.signal, timeout.signal]);
    const exit = await options.run(request, signal);
    const isLate = timeout.signal.aborted;
    if (isLate) request.onNote(`The run took longer than ${describeDuration(timeoutMs!)}`);
    socket.end(encodeFrame("exit", new Uint8Array([isLate ? TIMED_OUT : exit.code])));
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  } finally {
    input.end();
  }
}

/** The standard input of a run, and its signals. */
interface Input {
  readonly start: (process: FunctionProcess) => void;
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly close: () => void;
  readonly signal: (name: string, gone: AbortController) => void;
  readonly end: () => void;
}

function createInput(onTaken: (type: FrameType) => void): Input {
  const started = Promise.withResolvers<FunctionProcess>();
  started.promise.catch(() => {});
  const writer = started.promise.then(({ stdin }) => stdin!.getWriter());
  writer.catch(() => {});
  let isTaking = false;
  let process: FunctionProcess | undefined;
  return {
    start(found) {
      process = found;
      started.resolve(found);
    },
    write(bytes) {
      if (isTaking) throw new SyntaxError("The input before has not been taken");
      isTaking = true;
      void writer.then((open) => open.write(bytes)).then(() => {
        isTaking = false;
        onTaken("input-taken");
      }).catch(() => {
        // The process ended without reading it.
      });
    },
    close() {
      void writer.then((open) => open.close()).catch(() => {});
    },
    signal(name, gone) {
      const known = RUN_SIGNALS.find((one) => one === name);
      if (known === undefined) throw new SyntaxError("A run does not get this signal");
      if (process === undefined) return gone.abort(new RunRefused("Interrupted"));
      void process.findPid(gone.signal).then((pid) => {
        if (pid !== undefined) sendSignal(pid, known);
      }).catch(() => {
        // It has just ended, or is no process of this user any more.
      });
    },
    end() {
      started.reject(new Error("The run has ended"));
      void writer.then((open) => open.close()).catch(() => {});
    },
  };
}

/** Returns a text as the content of a frame, cut where it is too long. */
function cut(text: string): Uint8Array {
  return new TextEncoder().encode(text).subarray(0, MAX_FRAME_BYTES);
}
