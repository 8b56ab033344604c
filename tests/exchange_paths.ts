/** Names are looked up from the working directory, see renameat2(2). */
const AT_FDCWD = -100;

/** Exchanges two names in one step. */
const RENAME_EXCHANGE = 2;

/** Two paths that are exchanged again and again. */
export interface Exchange extends Disposable {
  /** Gives whether both were there. */
  readonly exchange: () => boolean;
}

/** Gets ready to exchange two paths in one step each time; Debian 12 has no command that does. */
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
