import type { ChangeReport } from "../../lib/control/api.ts";
import { hasColours } from "./has_colours.ts";
import { type Column, formatTable, type TableOptions } from "./table.ts";
import { makeVisible } from "./visible.ts";

/** Number of digits of a commit that a table shows. */
const SHORT_COMMIT = 12;

/** Source: ECMA-48, SGR. */
const COLOURS: Partial<Readonly<Record<ChangeReport["result"], number>>> = {
  ready: 32,
  ok: 32,
  idle: 34,
  failed: 31,
  pending: 33,
  interrupted: 31,
};

/** On a narrow terminal, columns with a high rank are left out first. */
const columns: readonly Column<ChangeReport>[] = [
  { title: "WHEN", cell: ({ at }) => formatTime(at) },
  { title: "BY", cell: ({ by }) => by },
  { title: "REVISION", cell: ({ revision }) => revision ?? "-" },
  { title: "COMMIT", cell: ({ commit }) => commit?.slice(0, SHORT_COMMIT) ?? "-", rank: 3 },
  { title: "USER", cell: userOf, rank: 4 },
  { title: "STATE", cell: stateOf, rank: 1 },
  { title: "RESULT", cell: resultOf },
];

/** Formats changes as a table, in the given order. */
export function formatChanges(
  changes: readonly ChangeReport[],
  options: TableOptions = {},
): string {
  return formatTable(columns, changes, options);
}

/**
 * Formats a time of the API in UTC, to the second.
 *
 * @example
 * ```ts
 * import { formatTime } from "./change_table.ts";
 * formatTime("2026-11-27T04:00:00.123Z"); // "2026-11-27T04:00:00Z"
 * ```
 */
export function formatTime(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}

/** Describes what made a change, such as `deploy of commit 0123abc`. */
export function describeCause(
  { by, commit }: Pick<ChangeReport, "by" | "commit">,
): string {
  return commit === null ? by : `${by} of commit ${commit.slice(0, SHORT_COMMIT)}`;
}

function userOf({ user }: ChangeReport): string {
  return user === null ? "-" : user.name === null ? String(user.uid) : makeVisible(user.name);
}

/** `serving`, or `kept` for a revision that a rollback can restore. */
function stateOf({ isServing, isKept }: ChangeReport): string {
  return isServing ? "serving" : isKept ? "kept" : "-";
}

function resultOf({ result, stage, reason, schedule }: ChangeReport): string {
  const colour = COLOURS[result];
  const isColoured = colour !== undefined && hasColours(Deno.stdout, Deno.env.toObject());
  const word = stage === null || result !== "failed" ? result : `${stage} failed`;
  const said = isColoured ? `\x1b[${colour}m${word}\x1b[39m` : word;
  const parts = [
    ...schedule ? [`schedule "${schedule}"`] : [],
    ...reason === null ? [] : [reason],
  ];
  return [said, ...parts.map(makeVisible)].join(": ");
}
