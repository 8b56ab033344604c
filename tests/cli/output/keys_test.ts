import { deepEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { readKeys, splitKeys } from "../../../cli/output/keys.ts";

const cases: readonly [text: string, keys: readonly string[], rest: string][] = [
  ["", [], ""],
  ["q", ["q"], ""],
  ["ab", ["a", "b"], ""],
  ["函👋", ["函", "👋"], ""],
  ["\x1b[A\x1b[B", ["\x1b[A", "\x1b[B"], ""],
  ["\x1bOAq", ["\x1bOA", "q"], ""],
  ["\x1b[5~\x1b[1;5C", ["\x1b[5~", "\x1b[1;5C"], ""],
  ["\x1bq", ["\x1bq"], ""],
  ["\x1b", [], "\x1b"],
  ["q\x1b", ["q"], "\x1b"],
  ["\x1b\x1b", ["\x1b"], "\x1b"],
  ["\x1b[", [], "\x1b["],
  ["j\x1b[1;", ["j"], "\x1b[1;"],
  ["\x1bO", [], "\x1bO"],
  ["\r\x03", ["\r", "\x03"], ""],
];

for (const [text, keys, rest] of cases) {
  Deno.test(`splitKeys: ${JSON.stringify(text)}`, () => {
    deepEqual(splitKeys(text), { keys, rest });
  });
}

Deno.test("splitKeys() loses no input", () => {
  const text = fc.string({
    unit: fc.constantFrom("\x1b", "[", "O", "A", "1", ";", "~", "q", "👋"),
  });
  fc.assert(fc.property(text, (text) => {
    const { keys, rest } = splitKeys(text);
    deepEqual([...keys, rest].join(""), text);
  }));
});

Deno.test("readKeys() joins sequences and characters that are split over two reads", async () => {
  const terminal = scriptedTerminal();
  const next = readKeys(terminal.read);
  const bytes = new TextEncoder().encode("q\x1b[A函\x1b[1;5Bz");
  for (const byte of bytes) terminal.send(Uint8Array.of(byte));
  terminal.send(undefined);
  const keys: string[] = [];
  for (let key = await next(); key !== undefined; key = await next()) keys.push(key);
  deepEqual(keys, ["q", "\x1b[A", "函", "\x1b[1;5B", "z"]);
});

Deno.test("readKeys() returns Escape as a key if nothing follows soon", async () => {
  const terminal = scriptedTerminal();
  const next = readKeys(terminal.read);
  terminal.send(new TextEncoder().encode("\x1b"));
  deepEqual(await next(), "\x1b");
  terminal.send(new TextEncoder().encode("[q"));
  deepEqual([await next(), await next()], ["[", "q"]);
  terminal.send(undefined);
  deepEqual(await next(), undefined);
});

Deno.test("readKeys() ends when the terminal is closed", async () => {
  const next = readKeys(() => Promise.reject(new Error("Input/output error (os error 5)")));
  deepEqual(await next(), undefined);
});

/** Reads what was sent, piece by piece, and waits when there is none. */
function scriptedTerminal(): {
  readonly send: (bytes: Uint8Array | undefined) => void;
  readonly read: () => Promise<Uint8Array | undefined>;
} {
  const pieces: PromiseWithResolvers<Uint8Array | undefined>[] = [];
  let sent = 0;
  let read = 0;
  const at = (index: number): PromiseWithResolvers<Uint8Array | undefined> =>
    pieces[index] ??= Promise.withResolvers();
  return { send: (bytes) => at(sent++).resolve(bytes), read: () => at(read++).promise };
}
