import { styleText } from "node:util";
import process from "node:process";
import type { FunctionReport } from "../../lib/control/api.ts";
import { quoteWord } from "./quote_word.ts";
import { type Column, formatTable, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration, formatShare } from "./units.ts";
import { makeVisible } from "./visible.ts";

const COLOURS = {
  ready: "green",
  idle: "blue",
  checking: "yellow",
  starting: "yellow",
  draining: "yellow",
  hung: "red",
  backoff: "red",
  failed: "red",
  stopped: "gray",
  ignored: "gray",
} as const;

/** What is left out last in a narrow terminal has the lowest rank. */
const columns: readonly Column<FunctionReport>[] = [
  { title: "NAME", cell: (row) => makeVisible(row.name) },
  { title: "STATUS", cell: describeStatus },
  { title: "URL", cell: (row) => row.url ?? "-", rank: 5 },
  { title: "REVISION", cell: (row) => row.revision ?? "-", rank: 8 },
  { title: "PID", cell: (row) => String(row.pid ?? "-"), align: "right", rank: 10 },
  {
    title: "UPTIME",
    cell: (row) => row.uptimeMs === null ? "-" : formatDuration(row.uptimeMs),
    align: "right",
    rank: 6,
  },
  { title: "CPU", cell: cpuCell, align: "right", rank: 4 },
  {
    title: "MEMORY",
    cell: (row) => row.memoryBytes === null ? "-" : formatBytes(row.memoryBytes),
    align: "right",
    rank: 3,
  },
  { title: "REQUESTS", cell: (row) => String(row.requests), align: "right", rank: 1 },
  { title: "ERRORS", cell: errorsCell, align: "right", rank: 2 },
  { title: "RESTARTS", cell: (row) => String(row.restarts), align: "right", rank: 7 },
  { title: "ISOLATION", cell: (row) => row.isolation, rank: 9 },
];

/** The functions as a table, and what is to be said of some of them below it. */
export function formatFunctions(
  functions: readonly FunctionReport[],
  options: TableOptions = {},
): string {
  return formatTable(columns, functions, options) + functions.map(noteOf).join("");
}

/** A status in its colour, on a terminal. */
export function colourStatus(status: FunctionReport["status"], text: string = status): string {
  return styleText(COLOURS[status], text, { stream: process.stdout });
}

/** A status in its colour, and that there is a newer revision which failed, or which waits. */
export function describeStatus(
  { status, failedRevision, newerRevision }: FunctionReport,
): string {
  return [
    colourStatus(status),
    ...failedRevision === null ? [] : [colourStatus("failed", "update failed")],
    ...newerRevision === null ? [] : [colourStatus("starting", "update waits")],
  ].join(", ");
}

/** That a newer revision waits, and what to do; empty when none does. */
export function describeNewer({ name, newerRevision }: FunctionReport): string {
  return newerRevision === null
    ? ""
    : `revision ${newerRevision} waits (--no-watch). Take it up: ddsrv reload ${
      makeVisible(quoteWord(name))
    }`;
}

function errorsCell({ errors }: FunctionReport): string {
  return errors === 0 ? "0" : colourStatus("failed", String(errors));
}

/** Since its start, as `ps` has it; of one that is ready since just now, its start would be all. */
function cpuCell({ cpuMs, uptimeMs }: FunctionReport): string {
  return cpuMs === null || uptimeMs === null ? "-" : formatShare(cpuMs / Math.max(1_000, uptimeMs));
}

function noteOf(report: FunctionReport): string {
  const name = makeVisible(report.name);
  const sentences = [describeNewer(report), ...report.problems.map(makeVisible)];
  const problems = sentences.filter((one) => one !== "").map((one) => `${name}: ${one}\n`).join("");
  if (report.reason === null) return problems;
  // One that serves has a reason for its newer revision alone, which failed or starts slowly.
  const state = report.status === "ready" ? report.pending ?? report.status : report.status;
  const what = report.failedRevision === null
    ? state
    : `revision ${report.failedRevision} is not served`;
  const retry = report.nextTryAt === null ? "" : ` (next try ${describeNextTry(report.nextTryAt)})`;
  return `${name}: ${what}: ${makeVisible(report.reason)}${retry}\n${problems}`;
}

/** Time until ddsrv tries again, as `in 25s`. */
export function describeNextTry(nextTryAt: string, nowMs: number = Date.now()): string {
  const ms = Date.parse(nextTryAt) - nowMs;
  return ms < 1_000 ? "now" : `in ${formatDuration(ms)}`;
}
