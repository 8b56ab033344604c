import assert from "node:assert/strict";
import { type Column, formatTable } from "../../../cli/output/table.ts";

type Row = readonly [name: string, count: string];

const columns: readonly Column<Row>[] = [
  { title: "NAME", cell: ([name]) => name },
  { title: "COUNT", cell: ([, count]) => count, align: "right" },
];

const tables: readonly [what: string, rows: readonly Row[], lines: readonly string[]][] = [
  ["no rows", [], ["NAME  COUNT"]],
  ["short cells", [["a", "1"], ["bc", "22"]], ["NAME  COUNT", "a         1", "bc       22"]],
  ["cells longer than their titles", [["a name", "1234567"]], [
    "NAME      COUNT",
    "a name  1234567",
  ]],
  ["wide characters", [["函数", "1"], ["ab", "1"], ["naïve👋", "1"]], [
    "NAME     COUNT",
    "函数         1",
    "ab           1",
    "naïve👋      1",
  ]],
  ["characters that combine", [["e\u0301", "1"], ["e", "1"]], [
    "NAME  COUNT",
    "e\u0301         1",
    "e         1",
  ]],
  ["colours", [["\x1b[31mred\x1b[39m", "1"], ["red", "1"]], [
    "NAME  COUNT",
    "\x1b[31mred\x1b[39m       1",
    "red       1",
  ]],
];

for (const [what, rows, lines] of tables) {
  Deno.test(`formatTable() aligns ${what}`, () => {
    assert.equal(formatTable(columns, rows), lines.map((line) => `${line}\n`).join(""));
  });
}

Deno.test("formatTable() leaves no space at the ends of lines", () => {
  const left: readonly Column<string>[] = [
    { title: "A", cell: (row) => row },
    { title: "LAST", cell: () => "" },
  ];
  assert.equal(formatTable(left, ["long", ""]), "A     LAST\nlong\n\n");
});
