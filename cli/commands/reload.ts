import { connectControl } from "../../lib/control/client.ts";
import { CliError, noSuchFunction } from "../exit_code.ts";
import { printError } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv reload`. */
export interface ReloadOptions {
  readonly socket: string;
}

/** How long a new instance may take. */
const TIMEOUT_MS = 120_000;

/** Starts functions anew, and waits until each is ready or has failed. */
export async function reload(names: readonly string[], options: ReloadOptions): Promise<number> {
  using control = connectControl(options.socket);
  for (const name of names) {
    if (!await control.reload(name)) {
      throw noSuchFunction(name);
    }
    const report = await control.find(name, { until: "settled", timeoutMs: TIMEOUT_MS });
    const isWell = report?.status === "ready" || report?.status === "idle";
    if (report === undefined || !isWell && !report.reason) {
      const status = report?.status ?? "gone";
      throw new CliError(
        `"${name}" is ${status} after ${TIMEOUT_MS / 1000} s. See: ddsrv inspect ${name}`,
      );
    }
    if (report.reason) {
      const detail = report.detail === null ? "" : `\n${makeVisibleLines(report.detail)}`;
      throw new CliError(`"${name}" was not reloaded: ${report.reason}${detail}`);
    }
    printError(`${name} reloaded\n`);
  }
  return 0;
}
