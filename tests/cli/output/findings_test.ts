import assert from "node:assert/strict";
import type { Diagnostic } from "../../../lib/check/diagnostics.ts";
import { type Finding, findingLines, summaryLine } from "../../../cli/output/findings.ts";

const finding = (change: Partial<Finding> = {}): Finding => ({
  path: "/w/shop",
  name: "shop",
  problem: null,
  skipped: null,
  diagnostics: [],
  styled: null,
  warning: null,
  ...change,
});

const wrong: Diagnostic = {
  file: "/w/shop/a:b,c.ts",
  line: 2,
  column: 3,
  code: "TS2322",
  message: "100% wrong:\r\n::warning::forged, \x1b[31mred",
};

const cases: readonly [
  what: string,
  format: "text" | "github",
  finding: Finding,
  lines: { readonly out?: string; readonly error?: string },
][] = [
  ["what is well", "text", finding(), { out: "shop: ok\n" }],
  ["what is well", "github", finding(), {}],
  ["a problem", "text", finding({ problem: "no", styled: "no" }), { error: "no\nshop: failed\n" }],
  ["a warning", "text", finding({ warning: "TS1" }), {
    out: "shop: ok\n",
    error: 'TS1\nshop: it starts with these errors: "check" is "none"\n',
  }],
  ["a warning", "github", finding({ warning: "TS1\n" }), {
    out: "::warning title=shop::TS1%0A\n",
  }],
  ["a problem", "github", finding({ problem: "no\n1%" }), {
    out: "::error title=shop::no%0A1%25\n",
  }],
  [
    "a problem in colours",
    "text",
    finding({ problem: "bad\x07", styled: "\x1b[31mbad\x1b[0m\x07\x1b[8m\x1b[2J" }),
    { error: "\x1b[31mbad\x1b[0m\\x07\\x1b[8m\\x1b[2J\x1b[0m\nshop: failed\n" },
  ],
  ["what serve ignores", "text", finding({ name: "_s", skipped: "why" }), {
    error: "_s: skipped: why\n",
  }],
  ["what serve ignores", "github", finding({ name: "_s\x1b[2J", skipped: "why" }), {
    error: "_s\\x1b[2J: skipped: why\n",
  }],
  ["a name that is none", "text", finding({ name: "a\x1b[2Jb" }), { out: "a\\x1b[2Jb: ok\n" }],
  [
    "diagnostics",
    "github",
    finding({ name: "a:b", problem: "x", diagnostics: [wrong] }),
    {
      out: "::error file=shop/a%3Ab%2Cc.ts,line=2,col=3,title=a%3Ab%3A TS2322::" +
        "100%25 wrong:%0D%0A::warning::forged, \\x1b[31mred\n",
    },
  ],
  [
    "diagnostics of a file elsewhere, and of none",
    "github",
    finding({
      problem: "x",
      diagnostics: [
        { ...wrong, file: "/work/x.ts", code: null, message: "m" },
        { file: null, line: null, column: null, code: null, message: "n" },
      ],
    }),
    { out: "::error file=/work/x.ts,line=2,col=3,title=shop::m\n::error title=shop::n\n" },
  ],
];

for (const [what, format, given, { out = "", error = "" }] of cases) {
  Deno.test(`findingLines() of ${what} as ${format}`, () => {
    assert.deepEqual(findingLines(given, { format, workingDirectory: "/w" }), { out, error });
  });
}

Deno.test("summaryLine() counts checked, failed and skipped paths", () => {
  const both = [finding(), finding({ problem: "no" })];
  assert.equal(summaryLine(both), "2 checked, 1 failed\n");
  const ignored = finding({ skipped: "why" });
  assert.equal(summaryLine([...both, ignored]), "2 checked, 1 failed, 1 skipped\n");
});
