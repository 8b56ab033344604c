import type { FunctionReport } from "../../lib/control/api.ts";
import { hasColours } from "./has_colours.ts";
import { quoteWord } from "./quote_word.ts";
import { type Column, formatTable, type TableOptions } from "./table.ts";
import { formatBytes, formatDuration, formatShare } from "./units.ts";
import { makeVisible } from "./visible.ts";

/**
 * Foreground colors. `styleText` of node:util would load Node's modules, which take a fourth of the
 * time of `ddsrv ls`. Source: ECMA-48, SGR.
 */
const [RED, GREEN, YELLOW, BLUE, GRAY] = [31, 32, 33, 34, 90];
const DEFAULT = 39;

const COLOURS = {
  ready: GREEN,
  idle: BLUE,
  checking: YELLOW,
  starting: YELLOW,
  draining: YELLOW,
  hung: RED,
  backoff: RED,
  failed: RED,
  stopped: GRAY,
  ignored: GRAY,
} satisfies Readonly<Record<FunctionReport["status"], number>>;

/** On a narrow terminal, columns with a high rank are left out first. */
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
    cell: memoryCell,
    align: "right",
    rank: 3,
  },
  { title: "REQUESTS", cell: (row) => String(row.requests), align: "right", rank: 1 },
  { title: "ERRORS", cell: errorsCell, align: "right", rank: 2 },
  { title: "RESTARTS", cell: (row) => String(row.restarts), align: "right", rank: 7 },
  { title: "ISOLATION", cell: (row) => row.isolation, rank: 9 },
];

/** Formats functions as a table, with notes on problems below it. */
export function formatFunctions(
  functions: readonly FunctionReport[],
  options: TableOptions = {},
): string {
  return formatTable(columns, functions, options) + functions.map(noteOf).join("");
}

/** Returns a status with its color, if standard output is a terminal. */
export function colourStatus(status: FunctionReport["status"], text: string = status): string {
  if (!hasColours(Deno.stdout, Deno.env.toObject())) return text;
  return `\x1b[${COLOURS[status]}m${text}\x1b[${DEFAULT}m`;
}

/** Returns a status with its color, and whether a newer revision failed or waits for a reload. */
export function describeStatus(
  { status, failedRevision, newerRevision }: FunctionReport,
): string {
  return [
    colourStatus(status),
    ...failedRevision === null ? [] : [colourStatus("failed", "update failed")],
    ...newerRevision === null ? [] : [colourStatus("starting", "update pending")],
  ].join(", ");
}

/** Describes a newer revision that waits for `ddsrv reload`; empty if there is none. */
export function describeNewer({ name, newerRevision }: FunctionReport): string {
  return newerRevision === null
    ? ""
    : `revision ${newerRevision} is not loaded (--no-watch). To load it: ddsrv reload ${
      makeVisible(quoteWord(name))
    }`;
}

/** Says when a function expires; empty if it does not. */
export function describeExpiry(
  { expiresAt }: Pick<FunctionReport, "expiresAt">,
  nowMs: number = Date.now(),
): string {
  // A supervisor of an earlier version does not report it.
  if (!expiresAt) return "";
  const ms = Date.parse(expiresAt) - nowMs;
  return ms < 1_000 ? "expires now" : `expires in ${formatDuration(ms)}`;
}

/** Memory that counts for a function; a supervisor of an earlier version knows only the other. */
export function memoryOf({ ownMemoryBytes, memoryBytes }: FunctionReport): number | null {
  return ownMemoryBytes ?? memoryBytes;
}

/** Formats the memory of a function. */
export function memoryCell(report: FunctionReport): string {
  const bytes = memoryOf(report);
  return bytes === null ? "-" : formatBytes(bytes);
}

function errorsCell({ errors }: FunctionReport): string {
  return errors === 0 ? "0" : colourStatus("failed", String(errors));
}

/** CPU share since the start, as in ps(1); the first second counts as one second. */
function cpuCell({ cpuMs, uptimeMs }: FunctionReport): string {
  return cpuMs === null || uptimeMs === null ? "-" : formatShare(cpuMs / Math.max(1_000, uptimeMs));
}

function noteOf(report: FunctionReport): string {
  const name = makeVisible(report.name);
  const sentences = [
    describeNewer(report),
    describeExpiry(report),
    ...report.problems.map(makeVisible),
  ];
  const problems = sentences.filter((one) => one !== "").map((one) => `${name}: ${one}\n`).join("");
  if (report.reason === null) return problems;
  // The reason of a ready function concerns its newer revision, which failed or starts slowly.
  const state = report.status === "ready" ? report.pending ?? report.status : report.status;
  const what = report.failedRevision === null ? state : `revision ${report.failedRevision} failed`;
  const retry = report.nextTryAt === null
    ? ""
    : ` (next retry ${describeNextTry(report.nextTryAt)})`;
  return `${name}: ${what}: ${makeVisible(report.reason)}${retry}\n${problems}`;
}

/** Returns the time until the next retry, such as `in 25s`. */
export function describeNextTry(nextTryAt: string, nowMs: number = Date.now()): string {
  const ms = Date.parse(nextTryAt) - nowMs;
  return ms < 1_000 ? "now" : `in ${formatDuration(ms)}`;
}
