import type { RollbackReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { CliError } from "../exit_code.ts";
import { noSuchFunction, requireFunctions } from "../function_names.ts";
import { printError, printJson } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";
import { describeCause, formatTime } from "../output/change_table.ts";
import { isWell } from "./wait_until_settled.ts";

/** Options of `ddsrv rollback`. */
export interface RollbackOptions {
  readonly socket: string;
  /** First digits of a revision; the previous one if missing. */
  readonly to?: string | undefined;
  readonly json?: true | undefined;
}

/** Timeout until the earlier revision is ready. */
const TIMEOUT_MS = 60_000;

/** Rolls back a function and waits until it is ready; keeps its variables. Returns the exit code. */
export async function rollback(name: string, options: RollbackOptions): Promise<number> {
  using control = connectControl(options.socket);
  await requireFunctions(control, [name]);
  const done = await control.rollBack(name, options.to);
  if (done === undefined) throw noSuchFunction(name, []);
  const report = await control.find(name, { until: "settled", timeoutMs: TIMEOUT_MS });
  const isStopped = Boolean(report?.stoppedAt);
  if (report === undefined || !isWell(report) && !isStopped) {
    const detail = report?.detail ? `\n${makeVisibleLines(report.detail)}` : "";
    const status = report?.reason ?? `it is ${report?.pending ?? report?.status ?? "gone"}`;
    throw new CliError(`"${name}" was rolled back but does not serve: ${status}${detail}`);
  }
  if (options.json) printJson(report);
  else {
    const note = isStopped ? `; it is still stopped. To start it: ddsrv start ${name}` : "";
    printError(`${name} rolled back to revision ${describeRollback(done)}${note}\n`);
  }
  return 0;
}

/** Describes the revision: what brought it, and until when it served. */
function describeRollback({ revision, served }: RollbackReport): string {
  const short = revision.slice(0, 12);
  if (!served) return short;
  const { from, until } = served;
  const end = until === null ? "" : `, served until ${formatTime(until)}`;
  return `${short} (${describeCause(served)} at ${formatTime(from)}${end})`;
}
