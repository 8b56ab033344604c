import type { Socket } from "node:net";
import { describeExit } from "../process/exit.ts";
import type { DebugEnd, DebugRequest } from "../supervisor/debug_session.ts";
import { RunRefused } from "../supervisor/run_refused.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { describeDuration } from "../system/describe_duration.ts";
import { sleep } from "../system/sleep.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import type { DebugBegin, DebugStarted } from "./debug_protocol.ts";
import { markDebugLines, sendDebugLines } from "./debug_output.ts";
import { parseDebugBegin } from "./debug_request.ts";
import { createFrameDecoder, encodeFrame, type FrameType, MAX_FRAME_BYTES } from "./run_frames.ts";

/** Options of {@linkcode serveDebug}. */
export interface ServeDebugOptions {
  /** Bytes of the client that were read already. */
  readonly head: Uint8Array;
  readonly name: string;
  /** URL of the function. */
  readonly url: string;
  readonly supervisor: Pick<Supervisor, "functions" | "logLine">;
  /** Runs a session, see `debugFunction`. */
  readonly run: (request: DebugRequest, signal: AbortSignal) => Promise<DebugEnd>;
}

/** Time for the request of a session to arrive. */
const BEGIN_TIMEOUT_MS = 30_000;

/** Interval of looks for newer code. */
const LOOK_MS = 1_000;

const SHORT_REVISION = 12;

/**
 * Serves one debug session over a connection that both sides have changed to frames. The client sends
 * nothing after its request. A client that leaves ends the session.
 */
export async function serveDebug(socket: Socket, options: ServeDebugOptions): Promise<void> {
  const { name, url, supervisor, run } = options;
  const gone = new AbortController();
  const leave = (): void => gone.abort(new RunRefused("The client has disconnected"));
  socket.on("close", leave).on("end", leave);
  const send = (type: FrameType, text: string): void => {
    if (!gone.signal.aborted) socket.write(encodeFrame(type, cut(text)));
  };
  const note = (text: string): void => send("note", text);
  try {
    const { breaks, forMs } = await readBegin(socket, { head: options.head, gone });
    const log = markDebugLines((stream, line) => supervisor.logLine(name, stream, line));
    const output = sendDebugLines({
      waitingBytes: () => socket.writableLength,
      send: (frame) => void (gone.signal.aborted || socket.write(frame)),
    });
    let started: string | undefined;
    let isReady = false;
    const end = await run({
      breaks,
      forMs,
      onLine(stream, line) {
        log.line(stream, line);
        output(stream, line);
      },
      onNote: note,
      onStarted({ pid, revision, secret }) {
        const short = revision.slice(0, SHORT_REVISION);
        started = `debug instance of revision ${short} (pid ${pid})`;
        log.mark(`${started} starts`);
        send(
          "started",
          JSON.stringify({ pid, revision: short, secret, url } satisfies DebugStarted),
        );
        void noteNewer({ name, revision, supervisor, note, signal: gone.signal });
      },
      onReady() {
        isReady = true;
        note("The debug instance answers requests that have the secret");
      },
    }, gone.signal).finally(() => {
      if (started !== undefined) log.mark(`${started} stopped`);
    });
    if (end.type === "late") {
      note(`The debug session ended: its time of ${describeDuration(forMs)} is over`);
    } else {
      const hint = isReady || breaks ? "" : ". Pass --break to debug its start";
      note(`The debug instance ${describeExit(end.exit)}${hint}`);
    }
    const code = end.type === "late" ? 0 : end.exit.code;
    socket.end(encodeFrame("exit", new Uint8Array([code])));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    socket.end(encodeFrame("error", cut(message)));
  } finally {
    gone.abort();
  }
}

/** Waits for the first frame; a client that sends another one ends its session. */
async function readBegin(
  socket: Socket,
  { head, gone }: { readonly head: Uint8Array; readonly gone: AbortController },
): Promise<DebugBegin> {
  const begun = Promise.withResolvers<DebugBegin>();
  const decoder = createFrameDecoder(["begin"]);
  let isBegun = false;
  function read(piece: Uint8Array): void {
    try {
      for (const { bytes } of decoder.push(piece)) {
        if (isBegun) throw new SyntaxError("A debug session has one request");
        isBegun = true;
        begun.resolve(parseDebugBegin(bytes));
      }
    } catch (error) {
      begun.reject(error);
      gone.abort(error);
    }
  }
  socket.on("data", read);
  if (head.length > 0) read(head);
  using late = openTimeout(BEGIN_TIMEOUT_MS);
  late.signal.addEventListener("abort", () => begun.reject(late.signal.reason), { once: true });
  gone.signal.addEventListener("abort", () => begun.reject(gone.signal.reason), { once: true });
  return await begun.promise;
}

/** Says it once for each revision that begins to serve while the session keeps its own. */
async function noteNewer(
  { name, revision, supervisor, note, signal }: {
    readonly name: string;
    readonly revision: string;
    readonly supervisor: Pick<Supervisor, "functions">;
    readonly note: (text: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const serving = (): string | undefined => supervisor.functions.get(name)?.serving?.revision;
  let known = serving();
  while (!signal.aborted) {
    await sleep(LOOK_MS, signal);
    const now = serving();
    if (now === undefined || now === known) continue;
    known = now;
    if (now === revision) continue;
    note(
      `Newer code serves now: revision ${now.slice(0, SHORT_REVISION)}. The debug instance keeps ` +
        "its own; end ddsrv debug and start it again to debug the new code",
    );
  }
}

/** Returns a text as the content of a frame, cut where it is too long. */
function cut(text: string): Uint8Array {
  return new TextEncoder().encode(text).subarray(0, MAX_FRAME_BYTES);
}
