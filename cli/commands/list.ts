import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import { sleep } from "../../lib/system/sleep.ts";
import type { FunctionFilter } from "../output/function_filter.ts";
import { formatFunctions } from "../output/function_table.ts";
import { type LiveScreen, openLiveScreen } from "../output/live_screen.ts";
import { printOut } from "../output/print.ts";
import { createStdoutWatch } from "../output/stdout_watch.ts";
import { terminalSize } from "../output/terminal.ts";
import { untilInterrupted } from "../output/until_interrupted.ts";
import { makeVisible } from "../output/visible.ts";

/** Options of `ddsrv list`. */
export interface ListOptions {
  readonly socket: string;
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
  /** Fills a template with a report. */
  readonly format?: ((report: Readonly<Record<string, unknown>>) => string) | undefined;
  readonly filter?: readonly FunctionFilter[] | undefined;
  readonly watch?: true | undefined;
}

const INTERVAL_MS = 1_000;

/** Keys that end `--watch`: q, Escape, and Ctrl-C if the terminal sends it as a key. */
const QUIT_KEYS = ["q", "\x1b", "\x03"];

/** Prints the functions, once or until interrupted; returns the exit code. */
export async function list(options: ListOptions): Promise<number> {
  using control = connectControl(options.socket);
  const render = rendererOf(options);
  if (options.watch) await watch(control, options, render);
  else printOut(render(await chosen(control, options)));
  return 0;
}

type Renderer = (functions: readonly FunctionReport[]) => string;

function rendererOf({ json, quiet, format, watch }: ListOptions): Renderer {
  // With --watch, each update is one line of JSON.
  if (json) return (functions) => `${JSON.stringify(functions, null, watch ? 0 : 2)}\n`;
  if (quiet) return (functions) => functions.map(({ name }) => `${makeVisible(name)}\n`).join("");
  if (format !== undefined) {
    return (functions) => functions.map((one) => `${format({ ...one })}\n`).join("");
  }
  return (functions) => {
    const width = terminalSize()?.columns;
    return formatFunctions(functions, width === undefined ? {} : { width });
  };
}

async function chosen(
  control: ControlClient,
  { filter = [] }: ListOptions,
): Promise<FunctionReport[]> {
  return (await control.functions()).filter((one) => filter.every((isChosen) => isChosen(one)));
}

/**
 * Prints the list until interrupted: on a terminal in place, elsewhere and as JSON again after each
 * change.
 */
async function watch(
  control: ControlClient,
  options: ListOptions,
  render: Renderer,
): Promise<void> {
  using interrupted = untilInterrupted();
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted.signal, over.signal]);
  using screen = options.json || terminalSize() === undefined
    ? undefined
    : openLiveScreen({ redraw: draw });
  let functions: readonly FunctionReport[] | undefined;

  function draw(): void {
    if (functions !== undefined) screen?.draw(render(functions));
  }

  async function follow(): Promise<void> {
    let before: string | undefined;
    const isStdoutClosed = createStdoutWatch();
    while (!signal.aborted && !isStdoutClosed()) {
      functions = await chosen(control, options);
      if (signal.aborted) return;
      const state = JSON.stringify(functions.map(stateOf));
      if (screen !== undefined) draw();
      else if (state !== before) printOut(render(functions));
      before = state;
      await sleep(INTERVAL_MS, signal);
    }
  }

  const ends = [follow(), interrupted.happened, ...screen === undefined ? [] : [quit(screen)]];
  try {
    // The user can quit while the supervisor does not answer.
    await Promise.race(ends);
  } finally {
    // A late answer must not draw on a terminal that was restored.
    over.abort();
  }
}

/** Resolves when the user quits or the input ends. */
async function quit({ nextKey }: LiveScreen): Promise<void> {
  let key = await nextKey();
  while (key !== undefined && !QUIT_KEYS.includes(key)) key = await nextKey();
}

/** Returns the fields whose changes are printed; counters change all the time. */
function stateOf(report: FunctionReport): readonly unknown[] {
  const { name, status, revision, failedRevision, newerRevision } = report;
  const { restarts, reason, problems } = report;
  return [name, status, revision, failedRevision, newerRevision, restarts, reason, problems];
}
