/** Deno's message when the kernel refuses it threads. */
const NO_THREADS = /^Deno could not start: unable to create worker threads/;

/** A program of the launch chain that got no process, memory, file or namespace: see errno(3). */
const NO_ROOM =
  /^(?:sh|nsenter|unshare|mount|bwrap|perl|setpriv): .*(?:[Cc]annot fork|Resource temporarily unavailable|Cannot allocate memory|Too many open files|Creating new namespace failed: No space left)/;

/** Maximum units of a line that are read: a function may have written it. */
const MAX_LINE = 300;

/**
 * Returns true if an output says that the host refused a launch processes, memory, open files or
 * namespaces, so that a later launch of the same code may succeed. A function can write the same
 * lines, and only delays its own retries with that.
 *
 * @example
 * ```ts
 * import { namesHostShortage } from "./host_shortage.ts";
 * namesHostShortage("sh: 1: Cannot fork\n"); // true
 * ```
 */
export function namesHostShortage(output: string): boolean {
  return output.split("\n").some((line) => {
    const text = line.slice(0, MAX_LINE);
    return NO_THREADS.test(text) || NO_ROOM.test(text);
  });
}
