import { styleText } from "node:util";
import process from "node:process";
import stringWidth from "fast-string-width";
import type { LogRecord } from "../../lib/logs/log_record.ts";
import { cutToWidth } from "../output/cut_to_width.ts";
import { colourStatus, memoryCell, memoryOf } from "../output/function_table.ts";
import { type Column, formatTable } from "../output/table.ts";
import type { TerminalSize } from "../output/terminal.ts";
import { formatBytes, formatShare } from "../output/units.ts";
import { makeVisible } from "../output/visible.ts";
import { type History, HISTORY_LENGTH } from "./history.ts";
import type { FunctionRates } from "../../lib/control/rates.ts";
import { sparkline } from "./sparkline.ts";
import { chosenRow, loggedName, type TopState } from "./state.ts";

/** Data that the screen shows. */
export interface TopScene {
  readonly state: TopState;
  /** In the order of the screen. */
  readonly rows: readonly FunctionRates[];
  readonly history: History;
  readonly url: string;
  /** Result of the last key, or an error. */
  readonly message: string;
  /** Log of the selected function; `undefined` before it was read. */
  readonly records: readonly LogRecord[] | undefined;
}

/** Number of lines besides the rows: head, blank line, titles, message and keys. */
const OTHER_LINES = 5;

/** Help on keys; the first line that fits is shown. */
const KEYS: Readonly<Record<TopState["view"], readonly string[]>> = {
  functions: [
    "q quit  ↑↓ select  l log  R reload  sort: n name r req t p99 e err c cpu m mem",
    "q quit  ↑↓ select  l log  R reload  sort: nrtecm",
    "q quit  l log  R reload  sort: nrtecm",
    "q quit  l log  R reload",
    "q quit  l log",
    "q quit",
    "q",
  ],
  logs: [
    "q quit  ↑↓ select  l back  R reload",
    "q quit  l back  R reload",
    "q quit  l back",
    "q quit",
    "q",
  ],
};

/** Renders the screen, one line shorter than the terminal; leaves out the last lines if needed. */
export function renderTop(scene: TopScene, { columns, rows }: TerminalSize): string {
  const size = { columns, rows: Math.max(1, rows - 1 - OTHER_LINES) };
  const body = scene.state.view === "logs" ? renderLogs(scene, size) : renderRows(scene, size);
  const lines = [renderHead(scene), "", ...body, makeVisible(scene.message)]
    .concat(dim(keysFor(scene.state.view, columns)));
  return lines.slice(0, Math.max(1, rows - 1)).map((line) => `${cutToWidth(line, columns)}\n`)
    .join("");
}

function keysFor(view: TopState["view"], columns: number): string {
  return KEYS[view].find((line) => stringWidth(line) <= columns) ?? "q";
}

function renderHead({ rows, url }: TopScene): string {
  const ready = rows.filter(({ report }) => report.status === "ready").length;
  const requests = rows.reduce((sum, row) => sum + row.requestsPerS, 0);
  const cpu = rows.reduce((sum, row) => sum + (row.cpuShare ?? 0), 0);
  const memory = rows.reduce((sum, { report }) => sum + (memoryOf(report) ?? 0), 0);
  const facts = [`${rows.length} functions, ${ready} ready`, `${formatRate(requests)} requests/s`]
    .concat(`${formatShare(cpu)} CPU`, formatBytes(memory));
  return `${bold("ddsrv")}  ${facts.join("  ")}  ${url}`;
}

/** Renders the titles and as many rows around the selected one as fit. */
function renderRows(scene: TopScene, { columns, rows: room }: TerminalSize): string[] {
  const { rows, state, history } = scene;
  const chosen = chosenRow(state, rows);
  const at = chosen === undefined ? 0 : rows.indexOf(chosen);
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  const shown = rows.slice(first, first + room);
  const [titles = "", ...body] = formatTable(columnsOf(history), shown, { width: columns })
    .split("\n");
  const marked = shown.map((row, index) => row === chosen ? inverse(body[index]!) : body[index]!);
  return [bold(titles), ...padded(marked, room)];
}

function columnsOf(history: TopScene["history"]): readonly Column<FunctionRates>[] {
  return [
    { title: "NAME", cell: ({ report }) => makeVisible(report.name) },
    { title: "STATUS", cell: ({ report }) => colourStatus(report.status) },
    { title: "REQ/S", cell: (row) => formatRate(row.requestsPerS), align: "right", rank: 1 },
    {
      title: `LAST ${HISTORY_LENGTH} S`,
      cell: ({ report }) => sparkline(history.get(report.name) ?? [], HISTORY_LENGTH),
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
      cell: ({ report }) => memoryCell(report),
      align: "right",
      rank: 3,
    },
  ];
}

function renderLogs({ rows, state, records }: TopScene, { rows: room }: TerminalSize): string[] {
  const name = loggedName(state) ?? "";
  const isThere = rows.some(({ report }) => report.name === name);
  const lines = records?.slice(-room).map(({ time, stream, text }) => {
    const line = `${time.slice(11, 19)} ${makeVisible(text)}`;
    return stream === "stderr" ? red(line) : line;
  });
  if (lines?.length === 0) lines.push(dim("No log lines, or log files are disabled (--no-logs)"));
  const title = `Log of ${makeVisible(name)}${isThere ? "" : ", which no longer exists"}`;
  return [bold(title), ...padded(lines ?? [], room)];
}

function padded(lines: readonly string[], count: number): string[] {
  return [...lines, ...new Array<string>(Math.max(0, count - lines.length)).fill("")];
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

/** Inverts a row; removes its colors, which would end the inversion. */
function inverse(line: string): string {
  // deno-lint-ignore no-control-regex
  return `\x1b[7m${line.replace(/\x1b\[[0-9;]*m/g, "")}\x1b[27m`;
}
