import assert from "node:assert/strict";
import { makeVisible } from "../../../cli/output/visible.ts";

const cases: readonly [text: string, shown: string][] = [
  ["", ""],
  ["plain text, é函👋", "plain text, é函👋"],
  ["tab\tstays", "tab\tstays"],
  ["\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"],
  ["\x1b]0;title\x07", "\\x1b]0;title\\x07"],
  ["over\rwritten", "over\\x0dwritten"],
  ["a\nforged line", "a\\x0aforged line"],
  ["\0\x08\x0b\x0c\x1f\x7f", "\\x00\\x08\\x0b\\x0c\\x1f\\x7f"],
  // C1: one character that some terminals take for ESC and another.
  ["\x80\x9b31m\x9f\xa0", "\\x80\\x9b31m\\x9f\xa0"],
  ["evil\u202egnp.exe", "evil\\u202egnp.exe"],
];

for (const [text, shown] of cases) {
  Deno.test(`makeVisible() of ${JSON.stringify(text)}`, () => {
    assert.equal(makeVisible(text), shown);
  });
}
