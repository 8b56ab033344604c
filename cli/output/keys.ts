import { sleep } from "../../lib/system/sleep.ts";

/** Reads single keys from a terminal. Disposal restores the terminal. */
export interface Keys extends Disposable {
  /** Resolves to the next key, a character or an escape sequence; `undefined` at the end. */
  readonly next: () => Promise<string | undefined>;
  /** Restores the terminal until {@linkcode resume}. */
  readonly suspend: () => void;
  /** Reads single keys again. */
  readonly resume: () => void;
}

/** Result of {@linkcode splitKeys}. */
export interface SplitKeys {
  readonly keys: readonly string[];
  /** Incomplete escape sequence at the end, or the Escape key. */
  readonly rest: string;
}

/** An arrow key or a function key, else a character, with or without Alt. */
// deno-lint-ignore no-control-regex
const KEY = /\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|\x1b[^\x1b[O]|[\s\S]/gu;

// deno-lint-ignore no-control-regex
const BEGUN = /\x1b(?:O|\[[0-9;]*)?$/;

/** Maximum time for the rest of an escape sequence; after it, Escape is a key. */
const SEQUENCE_MS = 50;

/**
 * Splits terminal input into keys.
 *
 * @example
 * ```ts
 * import { splitKeys } from "./keys.ts";
 * splitKeys("q\x1b[A\x1b["); // { keys: ["q", "\x1b[A"], rest: "\x1b[" }
 * ```
 */
export function splitKeys(text: string): SplitKeys {
  const rest = BEGUN.exec(text)?.[0] ?? "";
  return { keys: text.slice(0, text.length - rest.length).match(KEY) ?? [], rest };
}

/** Reads keys from standard input, which must be a terminal. */
export function openKeys(): Keys {
  // cbreak: Ctrl-C and Ctrl-Z still send signals. Windows has no such mode, so Ctrl-C is a key.
  const options = { cbreak: Deno.build.os !== "windows" };
  const take = (): void => Deno.stdin.setRaw(true, options);
  const giveBack = (): void => {
    try {
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal is gone.
    }
  };
  take();
  return {
    next: readKeys(() => readChunk(Deno.stdin)),
    suspend: giveBack,
    resume: take,
    [Symbol.dispose]: giveBack,
  };
}

/**
 * Reads keys from a function that returns terminal input, and `undefined` at its end. An error is the
 * end too.
 */
export function readKeys(read: () => Promise<Uint8Array | undefined>): Keys["next"] {
  const decoder = new TextDecoder();
  let keys: readonly string[] = [];
  let rest = "";
  let reading: Promise<Uint8Array | undefined> | undefined;
  return async () => {
    while (keys.length === 0) {
      // A terminal that was closed gives an error or the end.
      reading ??= read().catch(() => undefined);
      if (rest !== "" && await isLate(reading)) {
        keys = [...rest];
        rest = "";
        break;
      }
      const bytes = await reading;
      reading = undefined;
      if (bytes === undefined) return undefined;
      ({ keys, rest } = splitKeys(rest + decoder.decode(bytes, { stream: true })));
    }
    const [key, ...others] = keys;
    keys = others;
    return key;
  };
}

async function isLate(reading: Promise<unknown>): Promise<boolean> {
  const arrived = new AbortController();
  const { signal } = arrived;
  const late = sleep(SEQUENCE_MS, signal).then(() => true);
  return await Promise.race([reading.then(() => false), late]).finally(() => arrived.abort());
}

async function readChunk(
  stream: { readonly read: (bytes: Uint8Array) => Promise<number | null> },
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(1024);
  const count = await stream.read(bytes);
  return count === null ? undefined : bytes.subarray(0, count);
}
