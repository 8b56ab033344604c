import assert from "node:assert/strict";
import { jsonEntries } from "../../lib/system/json_entries.ts";

const rows: readonly [text: string, entries: unknown][] = [
  ['{ "a": 1, "b": null }', [["a", 1], ["b", null]]],
  ["{}", []],
  ["", []],
  ['{ "a": 1', []],
  ["[1]", []],
  ["null", []],
  ['"text"', []],
];

for (const [text, entries] of rows) {
  Deno.test(`jsonEntries() of ${text || "nothing"}`, () => {
    assert.deepEqual(jsonEntries(text), entries);
  });
}
