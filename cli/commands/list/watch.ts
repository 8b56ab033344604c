import type { FunctionReport } from "../../../lib/control/api.ts";
import { sleep } from "../../../lib/system/sleep.ts";
import { type LiveScreen, openLiveScreen } from "../../output/live_screen.ts";
import { printOut } from "../../output/print.ts";
import { createStdoutWatch } from "../../output/stdout_watch.ts";
import { terminalSize } from "../../output/terminal.ts";
import { untilInterrupted } from "../../output/until_interrupted.ts";
import type { Listing } from "./listing.ts";

/** Input of {@linkcode watchFunctions}. */
export interface FunctionWatch {
  readonly read: () => Promise<Listing>;
  readonly render: (listing: Listing) => string;
  /** Prints lines of JSON, also on a terminal. */
  readonly isJson: boolean;
}

const INTERVAL_MS = 1_000;

/** Keys that end `--watch`: q, Escape, and Ctrl-C if the terminal sends it as a key. */
const QUIT_KEYS = ["q", "\x1b", "\x03"];

/**
 * Prints the list until interrupted: on a terminal in place, elsewhere and as JSON again after each
 * change.
 */
export async function watchFunctions(
  { read, render, isJson }: FunctionWatch,
): Promise<void> {
  using interrupted = untilInterrupted();
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted.signal, over.signal]);
  using screen = isJson || terminalSize() === undefined
    ? undefined
    : openLiveScreen({ redraw: draw });
  let listing: Listing | undefined;

  function draw(): void {
    if (listing !== undefined) screen?.draw(render(listing));
  }

  async function follow(): Promise<void> {
    let before: string | undefined;
    const isStdoutClosed = createStdoutWatch();
    while (!signal.aborted && !isStdoutClosed()) {
      listing = await read();
      if (signal.aborted) return;
      const { functions, source } = listing;
      const state = JSON.stringify([functions.map(stateOf), source?.digest, source?.problem]);
      if (screen !== undefined) draw();
      else if (state !== before) printOut(render(listing));
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
