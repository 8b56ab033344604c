import { connectTo, openServer } from "./server.ts";

const MAX_BYTES = 256 * 1024 * 1024;

/** A write that takes longer shows backpressure by the reader. */
const HELD_BACK_MS = 1_000;

/** Returns the number of megabytes that a client can send to a paused socket; at most 268. */
export async function megabytesToPausedReader(): Promise<number> {
  const client = await connectTo(await openServer((socket) => socket.pause()));
  const piece = new Uint8Array(64 * 1024);
  let sent = 0;
  while (sent < MAX_BYTES) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLate = new Promise<0>((resolve) => timer = setTimeout(resolve, HELD_BACK_MS, 0));
    const count = await Promise.race([client.write(piece), isLate]);
    clearTimeout(timer);
    if (count === 0) break;
    sent += count;
  }
  return Math.round(sent / 1e6);
}
