import { sleep } from "../../../lib/system/sleep.ts";
import type { LogLineOptions } from "../../output/log_line.ts";
import { createStdoutWatch } from "../../output/stdout_watch.ts";
import { untilInterrupted } from "../../output/until_interrupted.ts";
import { printMerged } from "./print.ts";
import { openSource, type Source, type SourceOptions } from "../../../lib/logs/log_source.ts";

const POLL_MS = 200;

/** New log files are searched for only at each fifth read. */
const POLLS_PER_LISTING = 5;

/** Options of {@linkcode followSources}. */
export interface Following {
  readonly sourceOptions: SourceOptions;
  readonly lineOptions: LogLineOptions;
  /** Lists the functions that have a log now; `undefined` if the user named the functions. */
  readonly listNew: (() => Promise<string[]>) | undefined;
  readonly report: () => void;
}

/** Prints lines as they are added to logs, until a signal comes or standard output is closed. */
export async function followSources(sources: Source[], following: Following): Promise<void> {
  const { sourceOptions, lineOptions, listNew, report } = following;
  const isStdoutClosed = createStdoutWatch();
  using interrupted = untilInterrupted();
  const { signal } = interrupted;
  for (let polls = 1; !signal.aborted && !isStdoutClosed(); polls++) {
    await printMerged(sources, (source) => source.added(), lineOptions);
    if (listNew !== undefined && polls % POLLS_PER_LISTING === 0) {
      const known = new Set(sources.map((source) => source.name));
      const fresh = (await listNew()).filter((name) => !known.has(name))
        .map((name) => openSource(name, { ...sourceOptions, count: Infinity }));
      await printMerged(fresh, (source) => source.past(), lineOptions);
      sources.push(...fresh);
    }
    report();
    await sleep(POLL_MS, signal);
  }
}
