import { equal } from "node:assert/strict";
import { sparkline } from "../../../cli/top/sparkline.ts";

const cases: readonly [values: readonly number[], width: number, text: string][] = [
  [[], 3, "   "],
  [[], 0, ""],
  [[1, 2], 0, ""],
  [[0], 1, "▁"],
  [[0, 0, 0], 3, "▁▁▁"],
  [[5], 1, "█"],
  [[0, 4, 8], 4, " ▁▄█"],
  [[9, 1, 1], 2, "██"],
  [[1, 2, 3, 4, 5, 6, 7, 8], 8, "▁▂▃▄▅▆▇█"],
  [[0.001, 1_000_000], 2, "▁█"],
];

for (const [values, width, text] of cases) {
  Deno.test(`sparkline: ${JSON.stringify(values)} in ${width} columns`, () => {
    equal(sparkline(values, width), text);
  });
}
