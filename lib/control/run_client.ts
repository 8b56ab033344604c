import { readFrames } from "./read_frames.ts";
import {
  encodeFrame,
  encodeStream,
  type Frame,
  RUN_PROTOCOL,
  type RUN_SIGNALS,
} from "./run_frames.ts";
import type { RunBegin } from "./run_request.ts";
import { openUpgraded, writeAll } from "./upgrade_client.ts";

/** A connection to a one-off run. Disposing of it ends the run. */
export interface RunConnection extends Disposable {
  /** Frames of the supervisor, until the connection ends. */
  readonly frames: () => AsyncIterable<Frame>;
  /** Sends at most one frame of input; the next is for after the frame `input-taken`. */
  readonly input: (bytes: Uint8Array) => Promise<void>;
  readonly endInput: () => Promise<void>;
  readonly signal: (name: typeof RUN_SIGNALS[number]) => Promise<void>;
}

/**
 * Connects to a supervisor and asks for a one-off run of a function.
 *
 * @throws {NoSupervisorError} if nobody listens on the socket
 * @throws {Error} if the supervisor refuses, or is another server
 */
export async function openRun(
  socket: string,
  { name, begin }: { readonly name: string; readonly begin: RunBegin },
): Promise<RunConnection> {
  const path = `/functions/${encodeURIComponent(name)}/exec`;
  const upgraded = await openUpgraded(socket, { path, protocol: RUN_PROTOCOL });
  const { connection } = upgraded;
  using stack = new DisposableStack();
  stack.use(connection);
  let sending = Promise.resolve();

  /** Frames must not mix, so each waits for the one before. */
  function send(frame: Uint8Array): Promise<void> {
    sending = sending.then(() => writeAll(connection, frame));
    return sending;
  }

  await send(encodeFrame("begin", new TextEncoder().encode(JSON.stringify(begin))));
  const owned = stack.move();
  return {
    frames: () => readFrames(upgraded),
    async input(bytes) {
      for (const frame of encodeStream("input", bytes)) await send(frame);
    },
    endInput: () => send(encodeFrame("input-end")),
    signal: (name) => send(encodeFrame("signal", new TextEncoder().encode(name))),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
