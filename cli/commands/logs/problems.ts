import { logFilePath } from "../../../lib/logs/log_file.ts";
import { printError } from "../../output/print.ts";
import type { SourceOptions } from "./source.ts";

/** What is wrong with logs, said on standard error. */
export interface Problems extends Pick<SourceOptions, "onProblem" | "onForeign"> {
  /** Says how many lines were passed over since the last time. */
  readonly report: () => void;
  readonly haveFailed: () => boolean;
}

/** Gathers what is wrong with the logs of a directory. */
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
        const lines = count === 1
          ? "1 line that is no record was"
          : `${count} lines that are no records were`;
        printError(`ddsrv: ${lines} passed over in "${logFilePath(directory, name)}"\n`);
      }
      foreign.clear();
    },
    haveFailed: () => hasFailed,
  };
}
