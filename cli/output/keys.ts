import { sleep } from "../../lib/system/sleep.ts";

/** A terminal whose keys come as they are pressed. Disposing of it gives the terminal back. */
export interface Keys extends Disposable {
  /** The next key: a character, or an escape sequence; `undefined` when no more come. */
  readonly next: () => Promise<string | undefined>;
  /** Gives the terminal back for a while. */
  readonly suspend: () => void;
  /** Takes it again. */
  readonly resume: () => void;
}

/** What a terminal sent, as keys. */
export interface SplitKeys {
  readonly keys: readonly string[];
  /** The beginning of a sequence that may go on, or the Escape key. */
  readonly rest: string;
}

/** An arrow or a function key, else a character, with the Alt key or without. */
// deno-lint-ignore no-control-regex
const KEY = /\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|\x1b[^\x1b[O]|[\s\S]/gu;

// deno-lint-ignore no-control-regex
const BEGUN = /\x1b(?:O|\[[0-9;]*)?$/;

/** How long a sequence may take to arrive; the Escape key alone is known after it. */
const SEQUENCE_MS = 50;

/**
 * Splits what a terminal sent into keys.
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

/** Reads keys from standard input, which is a terminal. */
export function openKeys(): Keys {
  // Ctrl-C and Ctrl-Z stay signals, which nothing shows as ^C and ^Z.
  const take = (): void => Deno.stdin.setRaw(true, { cbreak: true });
  const giveBack = (): void => Deno.stdin.setRaw(false);
  take();
  return {
    next: readKeys(() => readChunk(Deno.stdin)),
    suspend: giveBack,
    resume: take,
    [Symbol.dispose]: giveBack,
  };
}

/** Keys one by one, from a source of what a terminal sends; that gives `undefined` at its end. */
export function readKeys(read: () => Promise<Uint8Array | undefined>): Keys["next"] {
  const decoder = new TextDecoder();
  let keys: readonly string[] = [];
  let rest = "";
  let reading: Promise<Uint8Array | undefined> | undefined;
  return async () => {
    while (keys.length === 0) {
      reading ??= read();
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
