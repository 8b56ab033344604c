import assert from "node:assert/strict";
import { createRecordFramer } from "../../lib/logs/record_framer.ts";

const TIME = "2024-12-15T11:06:22.074Z";

/** The texts of records and the number of invalid lines, for pieces of one size. */
function frame(text: string, size: number): { texts: string[]; foreign: number } {
  let foreign = 0;
  const framer = createRecordFramer(() => foreign++, 100);
  const bytes = new TextEncoder().encode(text);
  const records = [];
  for (let at = 0; at < bytes.length; at += size) {
    records.push(...framer.push(bytes.subarray(at, at + size)));
  }
  records.push(...framer.end());
  return { texts: records.map((record) => record.text), foreign };
}

const line = (text: string): string => `${TIME} stdout F ${text}`;

const cases: readonly [what: string, text: string, texts: string[], foreign: number][] = [
  ["nothing", "", [], 0],
  ["lines", `${line("a")}\n${line("é👋")}\n`, ["a", "é👋"], 0],
  ["no last line feed", `${line("a")}\n${line("b")}`, ["a", "b"], 0],
  ["CRLF and empty lines", `${line("a")}\r\n\r\n\n${line("b ")}\r\n`, ["a", "b "], 0],
  ["a line that is not a record", `what\n${line("a")}\nis this\n`, ["a"], 2],
  ["an endless line", "x".repeat(1_000), [], 1],
  ["a line that is too long", `${line("a")}\n${"x".repeat(1_000)}\n${line("b")}\n`, ["a", "b"], 1],
  ["an invalid time", "2024-99-99Tx stdout F a\n2024-12 stdout F b\n", [], 2],
];

for (const [what, text, texts, foreign] of cases) {
  Deno.test(`createRecordFramer() parses ${what}, for any split of the bytes`, () => {
    for (const size of [1, 2, 3, 7, 50, 99]) {
      assert.deepEqual(frame(text, size), { texts, foreign }, `${size} bytes`);
    }
  });
}
