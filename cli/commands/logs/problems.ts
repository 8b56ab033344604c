import { logFilePath } from "../../../lib/logs/log_file.ts";
import { printError } from "../../output/print.ts";
import type { SourceOptions } from "../../../lib/logs/log_source.ts";

/** Reports problems with logs on standard error. */
export interface Problems extends Pick<SourceOptions, "onProblem" | "onForeign"> {
  /** Reports the number of lines skipped since the last call. */
  readonly report: () => void;
  readonly haveFailed: () => boolean;
}

/** Collects problems with the logs of a directory. */
export function createProblems(directory: string): Problems {
  const foreign = new Map<string, number>();
  let hasFailed = false;
  return {
    onForeign: (name) => void foreign.set(name, (foreign.get(name) ?? 0) + 1),
    onProblem(name, error) {
      hasFailed = true;
      const hint = error instanceof Deno.errors.PermissionDenied ? ". Run it with sudo" : "";
      printError(
        `ddsrv: Cannot read "${logFilePath(directory, name)}": ${error.message}${hint}\n`,
      );
    },
    report() {
      for (const [name, count] of foreign) {
        const lines = count === 1 ? "1 line" : `${count} lines`;
        printError(
          `ddsrv: Skipped ${lines} of "${logFilePath(directory, name)}": not a log record\n`,
        );
      }
      foreign.clear();
    },
    haveFailed: () => hasFailed,
  };
}
