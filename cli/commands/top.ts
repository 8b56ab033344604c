import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import { NoSupervisorError } from "../../lib/control/unreachable.ts";
import { readLastRecords } from "../../lib/logs/last_records.ts";
import { logFilePath } from "../../lib/logs/log_file.ts";
import { sleep } from "../../lib/system/sleep.ts";
import { createTaskSet } from "../../lib/system/task_set.ts";
import { usageError } from "../exit_code.ts";
import { openLiveScreen } from "../output/live_screen.ts";
import { DEFAULT_SIZE, terminalSize } from "../output/terminal.ts";
import { untilInterrupted } from "../output/until_interrupted.ts";
import { extendHistory } from "../top/history.ts";
import { ratesBetween, type Sample } from "../../lib/control/rates.ts";
import { initialState, loggedName, pressKey, sortRows } from "../top/state.ts";
import { renderTop, type TopScene } from "../top/view.ts";

/** Options of `ddsrv top`. */
export interface TopOptions {
  readonly socket: string;
}

const INTERVAL_MS = 1_000;

/** Shows requests and resource use of functions until the user quits; returns the exit code. */
export async function top(options: TopOptions): Promise<number> {
  if (terminalSize() === undefined || !Deno.stdin.isTerminal()) {
    throw usageError(
      "top needs a terminal for its input and output. In scripts, use: ddsrv list --json",
    );
  }
  using control = connectControl(options.socket);
  const { url, logsDirectory } = await control.supervisor();
  const first = await takeSample(control);
  using interrupted = untilInterrupted();
  using screen = openLiveScreen({ isWhole: true, redraw: () => show({}) });
  const over = new AbortController();
  let sample = first;
  let scene: TopScene = {
    state: initialState,
    rows: ratesBetween(first, first),
    history: new Map(),
    url,
    message: "",
    records: undefined,
  };

  function show(change: Partial<TopScene>): void {
    // A late answer must not draw on a terminal that was restored.
    if (over.signal.aborted) return;
    const { state, rows } = { ...scene, ...change };
    scene = { ...scene, ...change, rows: sortRows(rows, state.sortBy) };
    screen.draw(renderTop(scene, terminalSize() ?? DEFAULT_SIZE));
  }

  async function refresh(): Promise<void> {
    const next = await takeSample(control);
    const rows = ratesBetween(sample, next);
    sample = next;
    show({ rows, history: extendHistory(scene.history, rows) });
    await readLog();
  }

  async function readLog(): Promise<void> {
    const name = loggedName(scene.state);
    if (name === undefined) return;
    if (logsDirectory === null) return show({ records: [] });
    try {
      const { rows } = terminalSize() ?? DEFAULT_SIZE;
      const records = await readLastRecords(logFilePath(logsDirectory, name), rows);
      // The user may have selected another function meanwhile.
      if (loggedName(scene.state) === name) show({ records });
    } catch (error) {
      show({ message: `Cannot read the log of ${name}: ${(error as Error).message}` });
    }
  }

  async function keepFresh(): Promise<void> {
    await sleep(INTERVAL_MS, over.signal);
    while (!over.signal.aborted) {
      await refresh();
      await sleep(INTERVAL_MS, over.signal);
    }
  }

  async function handleKeys(): Promise<void> {
    for (let key = await screen.nextKey(); key !== undefined; key = await screen.nextKey()) {
      const { state, action } = pressKey(scene.state, key, scene.rows);
      const isOther = loggedName(state) !== loggedName(scene.state);
      show({ state, message: "", ...isOther && { records: undefined } });
      if (action?.type === "quit") return;
      if (action?.type === "reload") reloads.track(reload(action.name));
      await readLog();
    }
  }

  async function reload(name: string): Promise<void> {
    show({
      message: await control.reload(name) ? `Reloading ${name}` : `${name} no longer exists`,
    });
  }

  const reloads = createTaskSet((error) => {
    // Without a supervisor, the next refresh fails too and ends the command.
    if (!(error instanceof NoSupervisorError)) show({ message: (error as Error).message });
  });
  show({});
  try {
    // The user can quit while the supervisor does not answer.
    await Promise.race([keepFresh(), handleKeys(), interrupted.happened]);
  } finally {
    over.abort();
  }
  return 0;
}

async function takeSample(control: ControlClient): Promise<Sample> {
  const [functions, traffic] = await Promise.all([control.functions(), control.traffic()]);
  return { atMs: performance.now(), functions, traffic };
}
