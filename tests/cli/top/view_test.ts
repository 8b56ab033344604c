import { equal, match, ok } from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "fast-string-width";
import { initialState, type TopState } from "../../../cli/top/state.ts";
import { renderTop, type TopScene } from "../../../cli/top/view.ts";
import { SCENE } from "./top_scene.ts";
import { topRow } from "./top_row.ts";

const logs: TopState = { ...initialState, view: "logs", chosen: "函数" };

const screens: readonly [
  columns: number,
  rows: number,
  change: Partial<TopScene>,
  lines: readonly string[],
][] = [
  [120, 20, {}, [
    "ddsrv  3 functions, 2 ready  1237 requests/s  150% CPU  128.0MiB  http://127.0.0.1:9999",
    "",
    "NAME  STATUS  REQ/S  LAST 20 S               P50    P99  ERR/S  OPEN   CPU   MEMORY",
    "api   ready    1235                   ▁▄█  0.8ms  250ms    0.5     0  150%  64.0MiB",
    "idle  idle      0.0                            -      -    0.0     0     -        -",
    "函数  ready     2.0                     █  30.0s  30.0s    0.0    12  0.0%  64.0MiB",
    ...blank(11),
    "Reloading \\x1b[31mapi\\x1b[0m",
    "q quit  ↑↓ select  l log  R reload  sort: n name r req t p99 e err c cpu m mem",
  ]],
  [80, 24, {}, [
    "ddsrv  3 functions, 2 ready  1237 requests/s  150% CPU  128.0MiB  http://127.0.…",
    "",
    "NAME  STATUS  REQ/S    P50    P99  ERR/S  OPEN   CPU   MEMORY",
    "api   ready    1235  0.8ms  250ms    0.5     0  150%  64.0MiB",
    "idle  idle      0.0      -      -    0.0     0     -        -",
    "函数  ready     2.0  30.0s  30.0s    0.0    12  0.0%  64.0MiB",
    ...blank(15),
    "Reloading \\x1b[31mapi\\x1b[0m",
    "q quit  ↑↓ select  l log  R reload  sort: n name r req t p99 e err c cpu m mem",
  ]],
  [40, 10, {}, [
    "ddsrv  3 functions, 2 ready  1237 reque…",
    "",
    "NAME  STATUS  REQ/S   CPU   MEMORY",
    "api   ready    1235  150%  64.0MiB",
    "idle  idle      0.0     -        -",
    "函数  ready     2.0  0.0%  64.0MiB",
    "",
    "Reloading \\x1b[31mapi\\x1b[0m",
    "q quit  l log  R reload  sort: nrtecm",
  ]],
  [20, 6, {}, [
    "ddsrv  3 functions,…",
    "",
    "NAME  STATUS  REQ/S",
    "函数  ready     2.0",
    "Reloading \\x1b[31ma…",
  ]],
  [40, 10, { state: logs, message: "" }, [
    "ddsrv  3 functions, 2 ready  1237 reque…",
    "",
    "Log of 函数",
    "03:04:05 first",
    "03:04:06 \\x1b[2Jhi\tthere",
    "03:04:07 函数函数函数函数函数函数函数函…",
    "",
    "",
    "q quit  ↑↓ select  l back  R reload",
  ]],
  [40, 8, { state: logs, records: [] }, [
    "ddsrv  3 functions, 2 ready  1237 reque…",
    "",
    "Log of 函数",
    "No log lines, or log files are disabled…",
    "",
    "Reloading \\x1b[31mapi\\x1b[0m",
    "q quit  ↑↓ select  l back  R reload",
  ]],
  [40, 8, { state: logs, records: undefined }, [
    "ddsrv  3 functions, 2 ready  1237 reque…",
    "",
    "Log of 函数",
    "",
    "",
    "Reloading \\x1b[31mapi\\x1b[0m",
    "q quit  ↑↓ select  l back  R reload",
  ]],
  [40, 8, { state: { ...logs, chosen: "gone" } }, [
    "ddsrv  3 functions, 2 ready  1237 reque…",
    "",
    "Log of gone, which no longer exists",
    "03:04:06 \\x1b[2Jhi\tthere",
    "03:04:07 函数函数函数函数函数函数函数函…",
    "Reloading \\x1b[31mapi\\x1b[0m",
    "q quit  ↑↓ select  l back  R reload",
  ]],
  [40, 9, { rows: [], message: "" }, [
    "ddsrv  0 functions, 0 ready  0.0 reques…",
    "",
    "NAME  STATUS  REQ/S  P99  CPU  MEMORY",
    ...blank(4),
    "q quit  l log  R reload  sort: nrtecm",
  ]],
];

for (const [columns, rows, change, lines] of screens) {
  const { state = initialState } = change;
  Deno.test(`renderTop: ${state.view} of ${state.chosen} in ${columns}x${rows}: "${lines[3]}"`, () => {
    const text = stripVTControlCharacters(renderTop({ ...SCENE, ...change }, { columns, rows }));
    equal(text, lines.map((line) => `${line}\n`).join(""));
  });
}

Deno.test("renderTop() is never wider or higher than the terminal", () => {
  const rows = Array.from({ length: 50 }, (_, index) => topRow(`function-${index}`));
  for (const state of [initialState, logs]) {
    const scene = { ...SCENE, state, rows: [...SCENE.rows, ...rows] };
    for (let size = 1; size <= 160; size++) {
      const lines = renderTop(scene, { columns: size, rows: size }).slice(0, -1).split("\n");
      ok(lines.length <= Math.max(1, size - 1), `${lines.length} lines of ${size}`);
      for (const line of lines) ok(stringWidth(line) <= size, `${size}: ${JSON.stringify(line)}`);
    }
  }
});

Deno.test("renderTop() shows the functions around the selected one and highlights it", () => {
  const rows = Array.from({ length: 50 }, (_, index) => topRow(`f${index}`));
  for (const chosen of ["f0", "f25", "f49"]) {
    const scene = { ...SCENE, rows, state: { ...initialState, chosen } };
    const lines = renderTop(scene, { columns: 80, rows: 16 }).split("\n");
    equal(lines.filter((line) => stripVTControlCharacters(line).startsWith("f")).length, 10);
    const marked = lines.filter((line) => line.startsWith("\x1b[7m"));
    equal(marked.length, 1);
    match(marked[0]!, new RegExp(`^\x1b\\[7m${chosen} .*\x1b\\[27m`));
  }
});

function blank(count: number): readonly string[] {
  return new Array<string>(count).fill("");
}
