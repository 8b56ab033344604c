import { deepEqual, equal } from "node:assert/strict";
import { extendHistory, type History, HISTORY_LENGTH } from "../../../cli/top/history.ts";
import { topRow } from "./top_row.ts";

Deno.test("extendHistory() appends the latest values and drops removed functions", () => {
  const before: History = new Map([["a", [1, 2]], ["gone", [9]]]);
  const rows = [topRow("a", { requestsPerS: 3 }), topRow("new", { requestsPerS: 4 })];
  deepEqual(extendHistory(before, rows), new Map([["a", [1, 2, 3]], ["new", [4]]]));
  deepEqual(before.get("a"), [1, 2]);
});

Deno.test("extendHistory() keeps a limited number of values", () => {
  let history: History = new Map();
  for (let look = 0; look < 3 * HISTORY_LENGTH; look++) {
    history = extendHistory(history, [topRow("a", { requestsPerS: look })]);
  }
  equal(history.get("a")!.length, HISTORY_LENGTH);
  equal(history.get("a")!.at(-1), 3 * HISTORY_LENGTH - 1);
});
