import { F_SETFD, FD_CLOEXEC, openSocketLibrary } from "./socket_library.ts";

/** Standard input, output and error. */
const SHARED = 3;

/**
 * Marks all open files except standard input, output and error as close-on-exec: functions must not
 * inherit files that the operator's shell or service manager had open. Source: fcntl(2).
 *
 * @throws {TypeError} if libc.so.6 can't be loaded
 */
export function keepInheritedFiles(): void {
  using library = openSocketLibrary();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const descriptor = Number(name);
    // One of them was the descriptor of this directory, which is already closed.
    if (descriptor >= SHARED) library.symbols.fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  }
}
