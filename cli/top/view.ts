import { styleText } from "node:util";
import process from "node:process";
import type { LogRecord } from "../../lib/process/log_record.ts";
import { colourStatus } from "../output/function_table.ts";
import { type Column, formatTable } from "../output/table.ts";
import type { TerminalSize } from "../output/terminal.ts";
import { formatBytes, formatShare } from "../output/units.ts";
import { makeVisible } from "../output/visible.ts";
import type { TopRow } from "./rates.ts";
import { sparkline } from "./sparkline.ts";
import { chosenRow, type TopState } from "./state.ts";

/** What the screen is made from. */
export interface TopScene {
  readonly state: TopState;
  /** In the order in which they are shown. */
  readonly rows: readonly TopRow[];
  /** Requests a second of each function, the latest last. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  readonly url: string;
  /** What came of the last key, or of the last look. */
  readonly message: string;
  /** Of the chosen function, while they are shown. */
  readonly records: readonly LogRecord[];
}

const SPARKLINE_WIDTH = 20;

/** Lines around the rows: head, titles, message and keys. */
const OTHER_LINES = 5;

const KEYS = "q quit  ↑↓ choose  l logs  R reload  " +
  "sort: n name, r requests, t time, e errors, c cpu, m memory";

/** The whole screen. */
export function renderTop(scene: TopScene, size: TerminalSize): string {
  const body = scene.state.view === "logs" ? renderLogs(scene, size) : renderRows(scene, size);
  return `${renderHead(scene)}\n${body}${makeVisible(scene.message)}\n${dim(KEYS)}\n`;
}

function renderHead({ rows, url }: TopScene): string {
  const ready = rows.filter(({ report }) => report.status === "ready").length;
  const requests = rows.reduce((sum, row) => sum + row.requestsPerS, 0);
  const cpu = rows.reduce((sum, row) => sum + (row.cpuShare ?? 0), 0);
  const memory = rows.reduce((sum, { report }) => sum + (report.memoryBytes ?? 0), 0);
  const facts = [`${rows.length} functions, ${ready} ready`, `${formatRate(requests)} requests/s`]
    .concat(`${formatShare(cpu)} CPU`, formatBytes(memory));
  return `${bold("ddsrv")} ${url}  ${facts.join("  ")}\n`;
}

function renderRows(scene: TopScene, { columns, rows: lines }: TerminalSize): string {
  const { rows, state, history } = scene;
  const chosen = chosenRow(state, rows);
  const room = Math.max(1, lines - OTHER_LINES - 1);
  const at = chosen === undefined ? 0 : rows.indexOf(chosen);
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  const shown = rows.slice(first, first + room);
  const [titles = "", ...body] = formatTable(columnsOf(history), shown, { width: columns })
    .trimEnd().split("\n");
  const marked = body.map((line, index) => shown[index] === chosen ? inverse(line) : line);
  return [bold(titles), ...marked].map((line) => `${line}\n`).join("") + "\n".repeat(
    Math.max(0, room - shown.length),
  );
}

function columnsOf(history: TopScene["history"]): readonly Column<TopRow>[] {
  return [
    { title: "NAME", cell: ({ report }) => makeVisible(report.name) },
    { title: "STATUS", cell: ({ report }) => colourStatus(report.status) },
    { title: "REQ/S", cell: (row) => formatRate(row.requestsPerS), align: "right", rank: 1 },
    {
      title: "LAST 20 S",
      cell: ({ report }) => sparkline(history.get(report.name) ?? [], SPARKLINE_WIDTH),
      rank: 8,
    },
    { title: "P50", cell: (row) => formatTime(row.p50Ms), align: "right", rank: 5 },
    { title: "P99", cell: (row) => formatTime(row.p99Ms), align: "right", rank: 4 },
    { title: "ERR/S", cell: (row) => formatRate(row.errorsPerS), align: "right", rank: 6 },
    { title: "OPEN", cell: ({ report }) => String(report.inFlight), align: "right", rank: 7 },
    {
      title: "CPU",
      cell: ({ cpuShare }) => cpuShare === undefined ? "-" : formatShare(cpuShare),
      align: "right",
      rank: 2,
    },
    {
      title: "MEMORY",
      cell: ({ report }) => report.memoryBytes === null ? "-" : formatBytes(report.memoryBytes),
      align: "right",
      rank: 3,
    },
  ];
}

function renderLogs({ rows, state, records }: TopScene, { rows: lines }: TerminalSize): string {
  const name = chosenRow(state, rows)?.report.name ?? "";
  const room = Math.max(1, lines - OTHER_LINES - 1);
  const shown = records.slice(-room).map(({ time, stream, text }) => {
    const line = `${time.slice(11, 19)} ${makeVisible(text)}`;
    return stream === "stderr" ? red(line) : line;
  });
  const title = bold(`Log of ${makeVisible(name)}`);
  if (shown.length === 0) shown.push(dim("It has said nothing, or no log files are written"));
  return [title, ...shown].map((line) => `${line}\n`).join("") +
    "\n".repeat(Math.max(0, room - shown.length));
}

function formatRate(perSecond: number): string {
  return perSecond >= 100 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}

function formatTime(ms: number | undefined): string {
  if (ms === undefined) return "-";
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)}s`;
  return `${ms >= 10 ? Math.round(ms) : ms.toFixed(1)}ms`;
}

function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

const bold = (text: string): string => paint("bold", text);
const dim = (text: string): string => paint("dim", text);
const red = (text: string): string => paint("red", text);

/** A row's own colours would end the bar. */
function inverse(line: string): string {
  // deno-lint-ignore no-control-regex
  return `\x1b[7m${line.replace(/\x1b\[[0-9;]*m/g, "")}\x1b[27m`;
}
