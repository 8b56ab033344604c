import assert from "node:assert/strict";
import stringWidth from "fast-string-width";
import { stripVTControlCharacters } from "node:util";
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

Deno.test("formatTable() leaves no trailing spaces", () => {
  const left: readonly Column<string>[] = [
    { title: "A", cell: (row) => row },
    { title: "LAST", cell: () => "" },
  ];
  assert.equal(formatTable(left, ["long", ""]), "A     LAST\nlong\n\n");
});

const ranked: readonly Column<readonly string[]>[] = [
  { title: "NAME", cell: ([name = ""]) => name },
  { title: "STATUS", cell: ([, status = ""]) => status },
  { title: "URL", cell: ([, , url = ""]) => url, rank: 2 },
  { title: "COUNT", cell: ([, , , count = ""]) => count, align: "right", rank: 1 },
  { title: "LEVEL", cell: ([, , , , level = ""]) => level, rank: 3 },
];

const functions = [
  ["a-function", "ready", "http://host/a", "1", "full"],
  ["函数 with a long name", "\x1b[31mfailed\x1b[39m", "-", "12345", "none"],
  ["e\u0301👨‍👩‍👧", "ready", "-", "7", "full"],
];

Deno.test("formatTable() is never wider than the terminal, from 1 to 160 columns", () => {
  for (let width = 1; width <= 160; width++) {
    const lines = formatTable(ranked, functions, { width }).slice(0, -1).split("\n");
    assert.equal(lines.length, functions.length + 1);
    for (const line of lines) assert.ok(stringWidth(line) <= width, JSON.stringify(line));
  }
});

Deno.test("formatTable() leaves out columns by rank, the highest first", () => {
  const titles = new Set<string>();
  for (let width = 160; width >= 1; width--) {
    const [title = ""] = formatTable(ranked, functions, { width }).split("\n");
    titles.add(title.replace(/ +/g, " "));
  }
  assert.deepEqual([...titles].slice(0, 4), [
    "NAME STATUS URL COUNT LEVEL",
    "NAME STATUS URL COUNT",
    "NAME STATUS COUNT",
    "NAME STATUS",
  ]);
});

Deno.test("formatTable() keeps right alignment at every width", () => {
  for (let width = 40; width <= 160; width++) {
    const plain = stripVTControlCharacters(formatTable(ranked, functions, { width }));
    const [title = "", ...rows] = plain.trimEnd().split("\n");
    const endOf = (line: string, text: string): number =>
      stringWidth(line.slice(0, line.lastIndexOf(text) + text.length));
    const ends = ["1", "12345", "7"].map((count, index) => endOf(rows[index]!, count));
    assert.deepEqual(new Set(ends), new Set([endOf(title, "COUNT")]), plain);
  }
});

Deno.test("formatTable() shortens the first column before it cuts lines", () => {
  assert.equal(
    formatTable(columns, [["a long name", "1"], ["函数函数", "22"]], { width: 13 }),
    "NAME    COUNT\na lon…      1\n函数…      22\n",
  );
});
