import { memoryOf } from "../output/function_table.ts";
import type { FunctionRates } from "../../lib/control/rates.ts";

/** Column that rows are sorted by. */
export type SortKey = "name" | "requests" | "latency" | "errors" | "cpu" | "memory";

/** State of the screen. */
export interface TopState {
  readonly view: "functions" | "logs";
  readonly sortBy: SortKey;
  /** Name of the selected function; if it does not exist, the first one is selected. */
  readonly chosen: string | undefined;
}

/** Action of a key that does more than change the view. */
export type TopAction = { readonly type: "quit" } | {
  readonly type: "reload";
  readonly name: string;
};

/** Result of {@linkcode pressKey}. */
export interface KeyResult {
  readonly state: TopState;
  readonly action?: TopAction;
}

/** State at the start. */
export const initialState: TopState = { view: "functions", sortBy: "name", chosen: undefined };

const sortKeys: Readonly<Record<string, SortKey>> = {
  n: "name",
  r: "requests",
  t: "latency",
  e: "errors",
  c: "cpu",
  m: "memory",
};

/** Handles a key, as the terminal sends it; `rows` are in the order of the screen. */
export function pressKey(state: TopState, key: string, rows: readonly FunctionRates[]): KeyResult {
  const sortBy = sortKeys[key];
  if (state.view === "functions" && sortBy !== undefined) return { state: { ...state, sortBy } };
  const name = loggedName(state) ?? chosenRow(state, rows)?.report.name;
  switch (key) {
    case "q":
    case "\x03":
      return { state, action: { type: "quit" } };
    case "\x1b":
      return state.view === "logs"
        ? { state: { ...state, view: "functions" } }
        : { state, action: { type: "quit" } };
    case "l":
    case "\r":
    case "\n":
      if (state.view === "logs") return { state: { ...state, view: "functions" } };
      return name === undefined ? { state } : { state: { ...state, chosen: name, view: "logs" } };
    case "R":
      return name === undefined ? { state } : { state, action: { type: "reload", name } };
    case "j":
    case "\x1b[B":
    case "\x1bOB":
      return { state: { ...state, chosen: neighbour(name, rows, 1) } };
    case "k":
    case "\x1b[A":
    case "\x1bOA":
      return { state: { ...state, chosen: neighbour(name, rows, -1) } };
    default:
      return { state };
  }
}

/** Returns the row of the selected function. */
export function chosenRow(
  { chosen }: TopState,
  rows: readonly FunctionRates[],
): FunctionRates | undefined {
  return rows.find(({ report }) => report.name === chosen) ?? rows[0];
}

/** Returns the function whose log is shown, even if it no longer exists. */
export function loggedName({ view, chosen }: TopState): string | undefined {
  return view === "logs" ? chosen : undefined;
}

/** Sorts rows, the highest first, and by name if equal. */
export function sortRows(rows: readonly FunctionRates[], sortBy: SortKey): FunctionRates[] {
  const byName = (a: FunctionRates, b: FunctionRates): number =>
    a.report.name < b.report.name ? -1 : 1;
  if (sortBy === "name") return [...rows].sort(byName);
  return [...rows].sort((a, b) => valueOf(b, sortBy) - valueOf(a, sortBy) || byName(a, b));
}

function valueOf(row: FunctionRates, sortBy: Exclude<SortKey, "name">): number {
  switch (sortBy) {
    case "requests":
      return row.requestsPerS;
    case "latency":
      return row.p99Ms ?? -1;
    case "errors":
      return row.errorsPerS;
    case "cpu":
      return row.cpuShare ?? -1;
    case "memory":
      return memoryOf(row.report) ?? -1;
    default:
      return sortBy satisfies never;
  }
}

function neighbour(
  name: string | undefined,
  rows: readonly FunctionRates[],
  step: number,
): string | undefined {
  const at = rows.findIndex(({ report }) => report.name === name);
  return rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.report.name;
}
