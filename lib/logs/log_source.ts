import { type FollowedLog, followLog } from "./follow_log.ts";
import { openLogChain } from "./log_chain.ts";
import { logFilePath } from "./log_file.ts";
import type { LogRecord } from "./log_record.ts";
import { createSelector, type Selection } from "./log_selection.ts";
import { findWindow } from "./log_window.ts";
import { endOfLines, readRecords } from "./read_log.ts";

/** Options of {@linkcode openSource}. */
export interface SourceOptions {
  readonly directory: string;
  readonly selection: Selection;
  /** Maximum number of past lines; may be Infinity. */
  readonly count: number;
  /** `added` is called after the past lines were read. */
  readonly isFollowed: boolean;
  /** Called for a log that can't be read, and for each line that is not a record. */
  readonly onProblem: (name: string, error: Error) => void;
  readonly onForeign: (name: string) => void;
}

/** The log of one function: past lines, then added ones. */
export interface Source extends Disposable {
  readonly name: string;
  readonly past: () => AsyncGenerator<LogRecord[]>;
  readonly added: () => AsyncGenerator<LogRecord[]>;
}

/** Opens a function's log, whose file need not exist yet. Read `past` before `added`. */
export function openSource(name: string, options: SourceOptions): Source {
  const { selection, count, isFollowed } = options;
  const path = logFilePath(options.directory, name);
  const selector = createSelector(selection);
  const onForeign = (): void => options.onForeign(name);
  let followed: FollowedLog | undefined;

  async function* readPast(): AsyncGenerator<LogRecord[]> {
    const chain = await openLogChain(path);
    const end = chain !== undefined && isFollowed ? await endOfLines(chain) : 0;
    followed = followLog(path, { chain, from: end, onForeign });
    if (chain === undefined) return;
    const window = await findWindow(chain, { selection, count, end });
    let { skip } = window;
    for await (const records of readRecords(chain, window, { onForeign })) {
      const lines = selector.push(records);
      yield lines.slice(skip);
      skip = Math.max(0, skip - lines.length);
    }
    if (!isFollowed) yield selector.end();
  }

  async function* readAdded(): AsyncGenerator<LogRecord[]> {
    for await (const records of followed?.added() ?? []) yield selector.push(records);
  }

  /** A log that can't be read must not hide the others. */
  async function* guarded(batches: AsyncGenerator<LogRecord[]>): AsyncGenerator<LogRecord[]> {
    try {
      yield* batches;
    } catch (error) {
      followed?.[Symbol.dispose]();
      followed = undefined;
      options.onProblem(name, error as Error);
    }
  }

  return {
    name,
    past: () => guarded(readPast()),
    added: () => guarded(readAdded()),
    [Symbol.dispose]: () => followed?.[Symbol.dispose](),
  };
}
