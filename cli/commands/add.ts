import { basename } from "node:path";
import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import type { FunctionReport } from "../../lib/control/api.ts";
import type { Variable } from "../../lib/config/variable.ts";
import { addedPath } from "../../lib/function/set_aside.ts";
import { removeIfThere } from "../../lib/system/remove_if_there.ts";
import { CliError } from "../exit_code.ts";
import { interruptible } from "../interrupt.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { openProgress, type Progress } from "../output/progress.ts";
import { makeVisibleLines } from "../output/visible.ts";
import { type GivenVariables, givenVariables } from "./add/given_variables.ts";
import { keepEnvFile } from "./add/keep_env_file.ts";
import { findTaken, type Place, putInPlace, requireApart } from "./add/place.ts";
import { explainProblem } from "./add/problem.ts";
import { findSource, type Source } from "./add/source.ts";
import { stage } from "./add/stage.ts";
import { isWell, waitUntilSettled } from "./wait_until_settled.ts";

/** Options of `ddsrv add`. */
export interface AddOptions {
  readonly socket: string;
  readonly name?: string | undefined;
  readonly link?: true | undefined;
  /** Put it in the place of the one of that name. */
  readonly replace?: true | undefined;
  /** For the function alone. */
  readonly env?: readonly Variable[] | undefined;
  /** Until it serves. */
  readonly wait: boolean;
  /** In milliseconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/** Longest wait until what is taken away again has ended. */
const UNDO_TIMEOUT_MS = 10_000;

/**
 * Adds a function: staged beside its place under a hidden name, checked there, and renamed, so that
 * it is seen whole or not at all. When it does not come to serve, or is interrupted, nothing of it
 * stays, and what it was to replace goes on serving.
 */
export async function add(path: string, options: AddOptions): Promise<number> {
  const source = await findSource(path, options);
  const report = await interruptible((signal) => addSource(source, options, signal));
  if (options.json) printJson(report);
  else printOut(`${report.url}\n`);
  return 0;
}

async function addSource(
  source: Source,
  options: AddOptions,
  signal: AbortSignal,
): Promise<FunctionReport> {
  using control = connectControl(options.socket);
  const variables = givenVariables(control, options.env);
  const { functionsDirectory } = await control.supervisor();
  const placeOf = (name: string): Place => ({ functionsDirectory, name, replace: options.replace });
  await requireApart(source, functionsDirectory);
  // Said before anything is copied, where the name is known by then.
  if (source.name !== undefined) await findTaken(placeOf(source.name));
  const staged = addedPath(functionsDirectory);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeIfThere(staged));
  const name = await stage(source, { staged, signal });
  const place = placeOf(name);
  const isReplaced = await findTaken(place);
  if (isReplaced) await keepEnvFile({ source, functionsDirectory, name, staged });

  using progress = openProgress({ name });
  progress.show("checking");
  const { values } = variables;
  const { problem } = await control.check(
    { name: basename(staged), as: name, variables: values },
    signal,
  );
  if (problem !== null) {
    const said = explainProblem(problem, { source, staged });
    throw failed(progress, said, `"${name}" was not added`);
  }
  // Before it is in its place: not even its first start shall be without them.
  await variables.set(name);
  undo.defer(() => variables.undo(name));
  const placed = await putInPlace(place, staged);
  undo.defer(async () => {
    await variables.undo(name);
    await placed.undo();
    await settleAgain(control, name, isReplaced);
  });
  const report = await serve(control, {
    ...options,
    name,
    isReplaced,
    variables,
    progress,
    signal,
  });
  undo.move();
  await placed.keep();
  return report;
}

interface Serving extends Pick<AddOptions, "wait" | "timeout"> {
  readonly name: string;
  readonly isReplaced: boolean;
  readonly variables: GivenVariables;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Has what is in its place served, and waits for it if that is wanted. */
async function serve(control: ControlClient, options: Serving): Promise<FunctionReport> {
  const { name, wait, timeout, progress } = options;
  await control.scan(name);
  await options.variables.apply(name);
  const report = wait
    ? await waitUntilSettled(control, { ...options, timeoutMs: timeout })
    : await findSoon(control, name);
  if (report !== undefined && (!wait || isWell(report))) {
    progress.done(wait ? report.status : "in place");
    if (!wait) printError(`${name} is not waited for. How it is: ddsrv inspect ${name}\n`);
    return report;
  }
  const said = report?.reason ?? undefined;
  const late = `it was ${report?.pending ?? report?.status ?? "gone"} after ${timeout / 1000} s`;
  const reason = said === undefined ? late : report?.pending === null ? said : `${late}. ${said}`;
  const left = options.isReplaced ? ", and the one before it is back" : "";
  throw failed(
    progress,
    report?.detail ?? "",
    `"${name}" does not serve: ${reason}. It was taken away again${left}`,
  );
}

/** How a function is while nobody waits for it: files that are not at rest come to be in a moment. */
function findSoon(control: ControlClient, name: string): Promise<FunctionReport | undefined> {
  return control.find(name, { until: "changed", since: "arriving", timeoutMs: UNDO_TIMEOUT_MS });
}

/** Diagnostics on lines of their own, then the error that they explain. */
function failed(progress: Progress, detail: string, message: string): CliError {
  progress.done("failed");
  if (detail !== "") printError(`${makeVisibleLines(detail)}\n`);
  return new CliError(message);
}

/** Nothing of what was undone shall be left, or the one before it be back. */
async function settleAgain(
  control: ControlClient,
  name: string,
  isReplaced: boolean,
): Promise<void> {
  const until = isReplaced ? "settled" : "gone";
  try {
    await control.scan(name);
    await control.find(name, { until, timeoutMs: UNDO_TIMEOUT_MS });
  } catch {
    // No supervisor is there any more, and so nothing of it runs.
  }
}
