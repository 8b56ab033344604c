import { styleText } from "node:util";
import process from "node:process";
import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/client.ts";
import { printJson, printOut } from "../output/print.ts";
import { type Column, formatTable } from "../output/table.ts";
import { formatBytes, formatDuration } from "../output/units.ts";
import { makeVisible } from "../output/visible.ts";

/** Options of `ddsrv list`. */
export interface ListOptions {
  readonly socket: string;
  readonly json?: true | undefined;
}

const COLOURS = {
  ready: "green",
  idle: "blue",
  checking: "yellow",
  starting: "yellow",
  draining: "yellow",
  backoff: "red",
  failed: "red",
  stopped: "gray",
  ignored: "gray",
} as const;

const columns: readonly Column<FunctionReport>[] = [
  { title: "NAME", cell: (row) => makeVisible(row.name) },
  { title: "STATUS", cell: (row) => colour(row.status) },
  { title: "URL", cell: (row) => row.url ?? "-" },
  { title: "REVISION", cell: (row) => row.revision ?? "-" },
  { title: "PID", cell: (row) => String(row.pid ?? "-"), align: "right" },
  {
    title: "UPTIME",
    cell: (row) => row.uptimeMs === null ? "-" : formatDuration(row.uptimeMs),
    align: "right",
  },
  { title: "RESTARTS", cell: (row) => String(row.restarts), align: "right" },
  {
    title: "MEMORY",
    cell: (row) => row.memoryBytes === null ? "-" : formatBytes(row.memoryBytes),
    align: "right",
  },
  { title: "REQUESTS", cell: (row) => String(row.requests), align: "right" },
  { title: "ISOLATION", cell: (row) => row.isolation },
];

/** Lists the functions and how they are. */
export async function list(options: ListOptions): Promise<number> {
  using control = connectControl(options.socket);
  const functions = await control.functions();
  if (options.json) printJson(functions);
  else printOut(formatTable(columns, functions) + functions.map(note).join(""));
  return 0;
}

function note(report: FunctionReport): string {
  const name = makeVisible(report.name);
  const problems = report.problems.map((one) => `${name}: ${makeVisible(one)}\n`).join("");
  if (report.reason === null) return problems;
  const what = report.failedRevision === null
    ? report.status
    : `revision ${report.failedRevision} is not served`;
  return `${name}: ${what}: ${makeVisible(report.reason)}\n${problems}`;
}

function colour(status: FunctionReport["status"]): string {
  return styleText(COLOURS[status], status, { stream: process.stdout });
}
