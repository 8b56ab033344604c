import { connectControl } from "../../lib/control/client.ts";
import { CliError, noSuchFunction } from "../exit_code.ts";
import { printError, printJson } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv rollback`. */
export interface RollbackOptions {
  readonly socket: string;
  /** First digits of a revision. */
  readonly to?: string | undefined;
  readonly json?: true | undefined;
}

/** How long it may take until the earlier revision serves. */
const TIMEOUT_MS = 60_000;

/** Puts an earlier revision of a function back, and waits until it serves. */
export async function rollback(name: string, options: RollbackOptions): Promise<number> {
  using control = connectControl(options.socket);
  const revision = await control.rollBack(name, options.to);
  if (revision === undefined) throw noSuchFunction(name);
  const report = await control.find(name, { until: "settled", timeoutMs: TIMEOUT_MS });
  const isWell = report?.status === "ready" || report?.status === "idle";
  if (report === undefined || !isWell || report.reason !== null) {
    const detail = report?.detail ? `\n${makeVisibleLines(report.detail)}` : "";
    const status = report?.reason ?? `it is ${report?.status ?? "gone"}`;
    throw new CliError(`"${name}" was put back and does not serve: ${status}${detail}`);
  }
  if (options.json) printJson(report);
  else printError(`${name} is back at revision ${revision.slice(0, 12)}\n`);
  return 0;
}
