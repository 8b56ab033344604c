/** From fcntl.h, the same on all architectures that Deno runs on. */
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** Standard input, output and error. */
const SHARED = 3;

/**
 * Keeps files that this process was started with, beside the three that everybody has, from the
 * processes that it starts: a sandbox passes on what is open, and what the operator's shell or
 * service manager had open is no function's business. Source: fcntl(2).
 *
 * @throws {TypeError} when there is no C library of the usual name
 */
export function keepInheritedFiles(): void {
  const library = Deno.dlopen("libc.so.6", {
    fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  });
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    const descriptor = Number(name);
    // One of them is that of this very directory, which is closed by now.
    if (descriptor >= SHARED) library.symbols.fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  }
  library.close();
}
