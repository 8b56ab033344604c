import { createFrameDecoder, type Frame, SUPERVISOR_FRAMES } from "./run_frames.ts";
import type { Upgraded } from "./upgrade_client.ts";

const PIECE_BYTES = 64 * 1024;

/** Reads the frames of a supervisor, until the connection ends. */
export async function* readFrames({ connection, rest }: Upgraded): AsyncGenerator<Frame> {
  const decoder = createFrameDecoder(SUPERVISOR_FRAMES);
  yield* decoder.push(rest);
  const piece = new Uint8Array(PIECE_BYTES);
  for (;;) {
    const length = await connection.read(piece);
    if (length === null) return;
    yield* decoder.push(piece.subarray(0, length));
  }
}
