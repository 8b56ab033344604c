import process from "node:process";

/** Constants of poll(2) on Linux. */
const POLLERR = 0x8;
const POLLNVAL = 0x20;

/**
 * Returns a function that returns true once the reader of standard output has closed it, without
 * writing: following a quiet log would otherwise never notice that `| head` ended. Always false on
 * a terminal and where poll(2) is not available.
 */
export function createStdoutWatch(): () => boolean {
  if (Deno.build.os !== "linux" || process.stdout.isTTY) return () => false;
  try {
    const { symbols } = Deno.dlopen("libc.so.6", {
      poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    });
    // struct pollfd: int fd, short events, short revents.
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
