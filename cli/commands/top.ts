import { connectControl, type ControlClient } from "../../lib/control/client.ts";
import { readLastRecords } from "../../lib/process/last_records.ts";
import { logFilePath } from "../../lib/process/log_file.ts";
import type { LogRecord } from "../../lib/process/log_record.ts";
import { sleep } from "../../lib/system/sleep.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { openScreen } from "../output/screen.ts";
import { terminalSize } from "../output/terminal.ts";
import { untilInterrupted } from "../output/until_interrupted.ts";
import { openKeys } from "../top/keys.ts";
import { ratesBetween, type Sample } from "../top/rates.ts";
import { chosenRow, initialState, pressKey, sortRows } from "../top/state.ts";
import { renderTop, type TopScene } from "../top/view.ts";

/** Options of `ddsrv top`. */
export interface TopOptions {
  readonly socket: string;
}

const INTERVAL_MS = 1_000;

/** How much of the past is kept for each function. */
const HISTORY = 20;

/** Shows what functions do, live, until the user has enough. */
export async function top(options: TopOptions): Promise<number> {
  if (terminalSize() === undefined || !Deno.stdin.isTerminal()) {
    throw new CliError(
      "top needs a terminal for its input and output. For scripts there is: ddsrv list --json",
      ExitCode.Usage,
    );
  }
  using control = connectControl(options.socket);
  const { url, logsDirectory } = await control.supervisor();
  const first = await takeSample(control);
  using interrupted = untilInterrupted();
  const quit = new AbortController();
  const signal = AbortSignal.any([interrupted.signal, quit.signal]);
  using keys = openKeys();
  using screen = openScreen({ isWhole: true });
  const history = new Map<string, number[]>();
  let sample = first;
  let scene: TopScene = {
    state: initialState,
    rows: ratesBetween(first, first),
    history,
    url,
    message: "",
    records: [],
  };

  function show(change: Partial<TopScene>): void {
    const { state, rows } = { ...scene, ...change };
    scene = { ...scene, ...change, rows: sortRows(rows, state.sortBy) };
    screen.draw(renderTop(scene, terminalSize() ?? { columns: 80, rows: 24 }));
  }

  async function refresh(): Promise<void> {
    const next = await takeSample(control);
    const rows = ratesBetween(sample, next);
    sample = next;
    for (const name of history.keys()) {
      if (!rows.some(({ report }) => report.name === name)) history.delete(name);
    }
    for (const { report, requestsPerS } of rows) {
      history.set(report.name, [...history.get(report.name) ?? [], requestsPerS].slice(-HISTORY));
    }
    show({ rows, records: await readRecords(scene, logsDirectory) });
  }

  async function heedKeys(): Promise<void> {
    for (let key = await keys.next(); key !== undefined; key = await keys.next()) {
      const { state, action } = pressKey(scene.state, key, scene.rows);
      show({ state, message: "", records: await readRecords({ ...scene, state }, logsDirectory) });
      if (action?.type === "quit") break;
      if (action?.type === "reload") show({ message: await reload(control, action.name) });
    }
  }

  show({});
  const heeding = heedKeys().finally(() => quit.abort());
  // It is looked at below; until then nobody has to know.
  heeding.catch(() => {});
  while (!signal.aborted) {
    await sleep(INTERVAL_MS, signal);
    if (!signal.aborted) await refresh();
  }
  // After a signal, a key that nobody presses is not waited for.
  if (quit.signal.aborted) await heeding;
  return 0;
}

async function takeSample(control: ControlClient): Promise<Sample> {
  const [functions, traffic] = await Promise.all([control.functions(), control.traffic()]);
  return { atMs: performance.now(), functions, traffic };
}

async function reload(control: ControlClient, name: string): Promise<string> {
  return await control.reload(name) ? `${name} is started anew` : `${name} is gone`;
}

async function readRecords(
  { state, rows }: TopScene,
  logsDirectory: string | null,
): Promise<readonly LogRecord[]> {
  const name = chosenRow(state, rows)?.report.name;
  if (state.view !== "logs" || name === undefined || logsDirectory === null) return [];
  return await readLastRecords(logFilePath(logsDirectory, name), terminalSize()?.rows ?? 24);
}
