import process from "node:process";

/** From poll(2), as Linux numbers them. */
const POLLERR = 0x8;
const POLLNVAL = 0x20;

/**
 * Tells whether nobody reads standard output any more, without writing to it: who follows a quiet
 * log would otherwise never learn that `| head` has ended. Where it can't be told, nobody has gone.
 */
export function createStdoutWatch(): () => boolean {
  if (Deno.build.os !== "linux" || process.stdout.isTTY) return () => false;
  try {
    const { symbols } = Deno.dlopen("libc.so.6", {
      poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    });
    // struct pollfd: an int for the descriptor, and a short each for what is asked and answered.
    const asked = new Uint8Array(8);
    const view = new DataView(asked.buffer);
    return () => {
      view.setInt32(0, 1, true);
      view.setInt32(4, 0, true);
      symbols.poll(asked, 1n, 0);
      return (view.getInt16(6, true) & (POLLERR | POLLNVAL)) !== 0;
    };
  } catch {
    return () => false;
  }
}
