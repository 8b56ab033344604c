import { equal, ok } from "node:assert/strict";
import * as fc from "fast-check";
import stringWidth from "fast-string-width";
import { cutToWidth } from "../../../cli/output/cut_to_width.ts";

const RED = "\x1b[31m";
const PLAIN = "\x1b[39m";

const cases: readonly [text: string, width: number, cut: string][] = [
  ["", 0, ""],
  ["abc", 3, "abc"],
  ["abc", Infinity, "abc"],
  ["functions", 5, "func…"],
  ["abc", 2, "a…"],
  ["abc", 1, "…"],
  ["abc", 0, ""],
  ["abc", -1, ""],
  ["函数函数", 8, "函数函数"],
  ["函数函数", 5, "函数…"],
  ["函数函数", 4, "函…"],
  ["函数", 2, "…"],
  ["函", 1, "…"],
  ["привет-shop", 8, "привет-…"],
  ["ααααbbbb", 5, "αααα…"],
  ["abαcdβef", 5, "abαc…"],
  ["e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"],
  ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
  ["👋👋👋", 3, "👋…"],
  ["👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧…"],
  ["👨‍👩‍👧x", 2, "…"],
  ["🇩🇪🇫🇷", 3, "🇩🇪…"],
  [`${RED}red${PLAIN}`, 3, `${RED}red${PLAIN}`],
  [`${RED}red one${PLAIN}`, 4, `${RED}red…\x1b[0m`],
  [`ab${RED}cd${PLAIN}`, 2, "a…"],
  [`${RED}a${PLAIN}bc`, 2, `${RED}a${PLAIN}…\x1b[0m`],
];

for (const [text, width, cut] of cases) {
  Deno.test(`cutToWidth: ${JSON.stringify(text)} in ${width} columns`, () => {
    equal(cutToWidth(text, width), cut);
  });
}

const text = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    fc.constantFrom("函", "é", "e\u0301", "я", "👨‍👩‍👧", "🇩🇪", "\ufe0f", RED, PLAIN),
  ),
});

Deno.test("cutToWidth() returns a prefix that is never too wide", () => {
  fc.assert(fc.property(text, fc.nat(40), (text, width) => {
    const cut = cutToWidth(text, width);
    ok(stringWidth(cut) <= width, JSON.stringify(cut));
    ok(text.startsWith(cut.replace("…\x1b[0m", "").replace(/…$/, "")), JSON.stringify(cut));
    if (stringWidth(text) <= width) equal(cut, text);
  }));
});
