/**
 * Returns freed memory of the C library to the kernel, on another thread: malloc_trim(3). The
 * library otherwise keeps what a burst of work has used, in one arena for each thread. Does nothing
 * with a C library that has no such call.
 */
export async function trimMemory(): Promise<void> {
  await library?.symbols.malloc_trim(0n);
}

const library = openLibrary();

function openLibrary() {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.dlopen("libc.so.6", {
      malloc_trim: { parameters: ["usize"], result: "i32", nonblocking: true },
    });
  } catch {
    return undefined;
  }
}
