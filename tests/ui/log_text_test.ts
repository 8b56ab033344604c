import { deepEqual, equal, ok } from "node:assert/strict";
import { type LogPart, parseLogText, plainLines } from "../../lib/ui/log_text.ts";

const ROWS: readonly (readonly [text: string, parts: readonly LogPart[]])[] = [
  ["", []],
  ["plain <b>text</b>", [["plain <b>text</b>", ""]]],
  ["\x1b[31mred\x1b[0m rest", [["red", "red"], [" rest", ""]]],
  ["\x1b[1;32mok\x1b[39m!", [["ok", "green"], ["!", ""]]],
  ["\x1b[1mbold\x1b[22m not", [["bold", "bold"], [" not", ""]]],
  ["\x1b[94mbright\x1b[m?", [["bright", "blue"], ["?", ""]]],
  ["\x1b[38;5;31mx\x1b[38;2;1;31;3my", [["xy", ""]]],
  ["\x1b[48;5;31mx", [["x", ""]]],
  ["\x1b[2J\x1b[1;1Hmoved", [["moved", ""]]],
  ["\x1b]0;title\x07a\x1b]8;;http://evil.example\x1b\\b\x1b(Bc", [["abc", ""]]],
  ["\x1b]0;never ends", []],
  ["\x9b31mold", [["old", "red"]]],
  ["bell \x07, tab\t, \u202e turn", [["bell \\x07, tab\t, \\u202e turn", ""]]],
  ["lone \x1b", [["lone \\x1b", ""]]],
];

for (const [text, parts] of ROWS) {
  Deno.test(`parseLogText() of ${JSON.stringify(text)}`, () => {
    deepEqual(parseLogText(text), parts);
  });
}

Deno.test("parseLogText() limits the length and the number of parts", () => {
  const [[text = ""] = []] = parseLogText("x".repeat(100_000));
  ok(text.length < 5_000 && text.endsWith("…"));
  const parts = parseLogText("\x1b[31ma\x1b[32mb".repeat(300));
  equal(parts.length, 64);
  equal(parts.map(([part]) => part).join("").length, "ab".length * 300);
});

Deno.test("parseLogText() of nothing but broken sequences", () => {
  deepEqual(parseLogText("\x1b]".repeat(2_000)), []);
  deepEqual(parseLogText("\x1bP".repeat(2_000)), []);
  deepEqual(parseLogText("\x1b[" + ";".repeat(3_000)), [[";".repeat(3_000), ""]]);
});

Deno.test("plainLines() keeps line feeds, and no escape sequences", () => {
  equal(plainLines("\x1b[31ma\x1b[0m\n\x07b"), "a\n\\x07b");
});
