import type { LogRecord } from "./log_record.ts";
import type { StreamName } from "../process/spawn.ts";

/** Joins the parts of long lines. */
export interface PartJoiner {
  readonly push: (records: readonly LogRecord[]) => LogRecord[];
  /** Returns lines without a last part, still marked as partial. */
  readonly end: () => LogRecord[];
}

/** Maximum length of a joined line in UTF-16 units; a longer one stays in pieces of this size. */
const MAX_LINE = 256 * 1024;

/**
 * Creates a joiner for one log. Parts of both streams may be interleaved: a line takes the place and
 * the time of its last part.
 */
export function createPartJoiner(maxLine: number = MAX_LINE): PartJoiner {
  const partial = new Map<StreamName, LogRecord>();

  function join(record: LogRecord): LogRecord | undefined {
    const { stream } = record;
    const first = partial.get(stream);
    const line = first === undefined ? record : { ...record, text: first.text + record.text };
    partial.delete(stream);
    if (!line.isPartial || line.text.length >= maxLine) return line;
    partial.set(stream, line);
    return undefined;
  }

  return {
    push: (records) => records.map(join).filter((line) => line !== undefined),
    end() {
      const lines = [...partial.values()];
      partial.clear();
      return lines;
    },
  };
}
