/** Names are looked up from the working directory, see renameat2(2). */
export const AT_FDCWD = -100;

/** Exchanges two names in one step. */
export const RENAME_EXCHANGE = 2;

/** Exchanges two paths in one step; Debian 12 has no command that does. */
export function exchangePaths(one: string, other: string): void {
  const libc = Deno.dlopen("libc.so.6", {
    renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  });
  const path = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${text}\0`);
  try {
    const { renameat2 } = libc.symbols;
    const result = renameat2(AT_FDCWD, path(one), AT_FDCWD, path(other), RENAME_EXCHANGE);
    if (result !== 0) throw new Error(`Cannot exchange "${one}" and "${other}"`);
  } finally {
    libc.close();
  }
}
