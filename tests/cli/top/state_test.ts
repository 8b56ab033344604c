import { deepEqual } from "node:assert/strict";
import {
  initialState,
  pressKey,
  type SortKey,
  sortRows,
  type TopAction,
  type TopState,
} from "../../../cli/top/state.ts";
import { functionReport } from "../function_report.ts";
import { topRow } from "./top_row.ts";

const rows = ["a", "b", "c"].map((name) => topRow(name));
const logs: TopState = { ...initialState, view: "logs", chosen: "b" };
const onB: TopState = { ...initialState, chosen: "b" };
const quit: TopAction = { type: "quit" };

type Change = Partial<TopState>;

const keys: readonly [key: string, from: TopState, change: Change, action?: TopAction][] = [
  ["q", initialState, {}, quit],
  ["q", logs, {}, quit],
  ["\x03", logs, {}, quit],
  ["\x1b", initialState, {}, quit],
  ["\x1b", logs, { view: "functions" }],
  ["n", onB, { sortBy: "name" }],
  ["r", onB, { sortBy: "requests" }],
  ["t", onB, { sortBy: "latency" }],
  ["e", onB, { sortBy: "errors" }],
  ["c", onB, { sortBy: "cpu" }],
  ["m", onB, { sortBy: "memory" }],
  ["m", logs, {}],
  ["j", initialState, { chosen: "b" }],
  ["\x1b[B", onB, { chosen: "c" }],
  ["\x1bOB", onB, { chosen: "c" }],
  ["j", { ...initialState, chosen: "c" }, {}],
  ["k", initialState, { chosen: "a" }],
  ["\x1b[A", onB, { chosen: "a" }],
  ["\x1bOA", onB, { chosen: "a" }],
  ["j", logs, { chosen: "c" }],
  ["j", { ...initialState, chosen: "gone" }, { chosen: "b" }],
  ["l", initialState, { view: "logs", chosen: "a" }],
  ["\r", onB, { view: "logs" }],
  ["\n", logs, { view: "functions" }],
  ["l", logs, { view: "functions" }],
  ["R", initialState, {}, { type: "reload", name: "a" }],
  ["R", logs, {}, { type: "reload", name: "b" }],
  // What the title says is what is meant, and not the row that took its place.
  ["R", { ...logs, chosen: "gone" }, {}, { type: "reload", name: "gone" }],
  ["\x1bq", initialState, {}],
  ["\x1b[5~", initialState, {}],
  ["x", logs, {}],
  ["函", initialState, {}],
];

for (const [key, from, change, action] of keys) {
  Deno.test(`pressKey: ${JSON.stringify(key)} at ${JSON.stringify(from)}`, () => {
    const state = { ...from, ...change };
    deepEqual(pressKey(from, key, rows), action === undefined ? { state } : { state, action });
  });
}

for (const key of ["q", "\x1b", "j", "k", "l", "\r", "R", "c", "x"]) {
  Deno.test(`pressKey: ${JSON.stringify(key)} without functions`, () => {
    const { state, action } = pressKey(initialState, key, []);
    deepEqual(state, { ...initialState, ...key === "c" && { sortBy: "cpu" } });
    deepEqual(action, key === "q" || key === "\x1b" ? quit : undefined);
  });
}

const unsorted = [
  topRow("c", { requestsPerS: 5, p99Ms: 1, cpuShare: undefined }),
  topRow("a", { errorsPerS: 2, cpuShare: 0 }),
  topRow("b", {
    requestsPerS: 5,
    cpuShare: 0.5,
    report: functionReport({ name: "b", ownMemoryBytes: null, memoryBytes: null }),
  }),
];

const orders: readonly [sortBy: SortKey, names: string][] = [
  ["name", "abc"],
  ["requests", "bca"],
  ["latency", "cab"],
  ["errors", "abc"],
  ["cpu", "bac"],
  ["memory", "acb"],
];

for (const [sortBy, names] of orders) {
  Deno.test(`sortRows() sorts by ${sortBy}, then by name`, () => {
    deepEqual(sortRows(unsorted, sortBy).map(({ report }) => report.name).join(""), names);
  });
}
