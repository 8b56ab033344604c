import type { LogRecord } from "./log_record.ts";
import type { StreamName } from "../process/spawn.ts";

/** Puts the parts of long lines together. */
export interface PartJoiner {
  readonly push: (records: readonly LogRecord[]) => LogRecord[];
  /** What has had no end up to now, still marked as a part. */
  readonly end: () => LogRecord[];
}

/** Longest line that is put together, in UTF-16 units; a longer one stays in pieces of this size. */
const MAX_LINE = 256 * 1024;

/**
 * A joiner for one log. The lines of both streams may come in between each other's parts: a line
 * stands where its last part stood, with that one's time.
 */
export function createPartJoiner(maxLine: number = MAX_LINE): PartJoiner {
  const begun = new Map<StreamName, LogRecord>();

  function join(record: LogRecord): LogRecord | undefined {
    const { stream } = record;
    const first = begun.get(stream);
    const line = first === undefined ? record : { ...record, text: first.text + record.text };
    begun.delete(stream);
    if (!line.isPartial || line.text.length >= maxLine) return line;
    begun.set(stream, line);
    return undefined;
  }

  return {
    push: (records) => records.map(join).filter((line) => line !== undefined),
    end() {
      const lines = [...begun.values()];
      begun.clear();
      return lines;
    },
  };
}
