/** Resolves relative paths from the working directory, see renameat2(2). */
const AT_FDCWD = -100;

/** Exchanges two names atomically. */
const RENAME_EXCHANGE = 2;

/** Exchanges two paths repeatedly. */
export interface Exchange extends Disposable {
  /** Exchanges the paths. Returns true if both existed. */
  readonly exchange: () => boolean;
}

/** Prepares atomic exchanges of two paths, for which Debian 12 has no command. */
export function openExchange(one: string, other: string): Exchange {
  const libc = Deno.dlopen("libc.so.6", {
    renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  });
  const { renameat2 } = libc.symbols;
  const [from, to] = [one, other].map((text) => new TextEncoder().encode(`${text}\0`));
  return {
    exchange: () => renameat2(AT_FDCWD, from!, AT_FDCWD, to!, RENAME_EXCHANGE) === 0,
    [Symbol.dispose]: () => libc.close(),
  };
}

/** Exchanges two paths once. */
export function exchangePaths(one: string, other: string): void {
  using opened = openExchange(one, other);
  if (!opened.exchange()) throw new Error(`Cannot exchange "${one}" and "${other}"`);
}
