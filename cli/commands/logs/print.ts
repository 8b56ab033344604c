import type { LogRecord } from "../../../lib/logs/log_record.ts";
import { mergeLogs } from "../../../lib/logs/merge_logs.ts";
import { formatLogLine, type LogLineOptions } from "../../output/log_line.ts";
import { printOut } from "../../output/print.ts";
import type { Source } from "../../../lib/logs/log_source.ts";

/** Prints the records that `read` returns for each log, merged by time. */
export async function printMerged(
  sources: readonly Source[],
  read: (source: Source) => AsyncIterable<LogRecord[]>,
  lineOptions: LogLineOptions,
): Promise<void> {
  for await (const batch of mergeLogs(sources.map(read))) {
    printOut(
      batch.map(({ source, record }) => formatLogLine(sources[source]!.name, record, lineOptions))
        .join(""),
    );
  }
}
