/** A terminal whose keys come as they are pressed. Disposing of it gives the terminal back. */
export interface Keys extends Disposable {
  /** The next key: a character, or an escape sequence; `undefined` when no more come. */
  readonly next: () => Promise<string | undefined>;
}

/** An arrow or a function key, else one character. */
// deno-lint-ignore no-control-regex
const KEY = /\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|[\s\S]/gu;

/** Splits what a terminal sent at once into keys. */
export function splitKeys(text: string): string[] {
  return text.match(KEY) ?? [];
}

/** Reads keys from standard input, which is a terminal. */
export function openKeys(): Keys {
  Deno.stdin.setRaw(true, { cbreak: true });
  const waiting: string[] = [];
  const bytes = new Uint8Array(1024);
  const decoder = new TextDecoder();
  return {
    async next() {
      while (waiting.length === 0) {
        const count = await Deno.stdin.read(bytes);
        if (count === null) return undefined;
        waiting.push(...splitKeys(decoder.decode(bytes.subarray(0, count), { stream: true })));
      }
      return waiting.shift();
    },
    [Symbol.dispose]() {
      Deno.stdin.setRaw(false);
    },
  };
}
