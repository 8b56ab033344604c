import { basename } from "node:path";
import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import type { FunctionReport } from "../../lib/control/api.ts";
import type { Variable } from "../../lib/config/variable.ts";
import { addedPath } from "../../lib/function/set_aside.ts";
import { removeIfThere } from "../../lib/system/remove_if_there.ts";
import { CliError, usageError } from "../exit_code.ts";
import { interruptible } from "../interrupt.ts";
import { describeExpiry } from "../output/function_table.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { openProgress, type Progress } from "../output/progress.ts";
import { makeVisibleLines } from "../output/visible.ts";
import { givenExpiry } from "./add/given_expiry.ts";
import { type GivenVariables, givenVariables } from "./add/given_variables.ts";
import { keepEnvFile } from "./add/keep_env_file.ts";
import { lockPlace } from "./add/lock_place.ts";
import { findTaken, type Place, putInPlace, requireApart } from "./add/place.ts";
import { explainProblem } from "./add/problem.ts";
import { findSource, type Source } from "./add/source.ts";
import { stage } from "./add/stage.ts";
import { openUpload } from "./add/upload.ts";
import type { UploadSizes } from "./add/upload_sizes.ts";
import { parseImport, readImportFile } from "./env/read_import.ts";
import { requireNoSource } from "./require_no_source.ts";
import { isWell, waitUntilSettled } from "./wait_until_settled.ts";

/** Options of `ddsrv add`. */
export interface AddOptions {
  readonly socket: string;
  readonly name?: string | undefined;
  readonly link?: true | undefined;
  /** Replace the function of this name. */
  readonly replace?: true | undefined;
  /** Remove the files of an archive that its ignore files name. */
  readonly ignoreFiles?: true | undefined;
  /** Where the code comes from; a command of a user if missing. */
  readonly by?: "deploy" | "git" | "ui" | undefined;
  /** Git commit of the code. */
  readonly commit?: string | undefined;
  /** Variables to set for the function. */
  readonly env?: readonly Variable[] | undefined;
  /** Env file whose variables to set too. */
  readonly envFile?: string | undefined;
  /** Milliseconds until ddsrv removes the function; `null` for never. */
  readonly ttl?: number | null | undefined;
  /** Sizes of what `ddsrv deploy` sends on standard input. */
  readonly upload?: UploadSizes | undefined;
  /** Wait until the function is ready. */
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/** Hint for a function that has its expiry from an earlier command. */
const KEEP = ", as before. To keep it, add it with --ttl none";

/** Maximum wait until a function that was removed again has stopped. */
const UNDO_TIMEOUT_MS = 10_000;

/**
 * Adds a function and returns the exit code. Stages it under a hidden name in the functions
 * directory, type-checks it there and renames it, so that a scan never sees half of it. If the
 * function does not become ready, or a signal interrupts the command, removes it again; a function
 * that it would have replaced keeps serving.
 */
export async function add(path: string, options: AddOptions): Promise<number> {
  if (options.upload !== undefined && path !== "-") throw usageError("--upload needs the path -");
  const found = await findSource(path, options);
  const imported = options.envFile === undefined ? {} : await readImportFile(options.envFile);
  await using upload = options.upload && await openUpload(options.upload);
  const source = found.type === "archive" ? { ...found, archive: upload?.archive } : found;
  const sent = upload?.envText ? parseImport(upload.envText, "The env file") : {};
  const env = [...Object.entries({ ...imported, ...sent }), ...options.env ?? []];
  const report = await interruptible((signal) => {
    const signals = [signal, ...upload === undefined ? [] : [upload.signal]];
    return addSource(source, { ...options, env }, AbortSignal.any(signals));
  });
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
  const expiry = givenExpiry(control, options.ttl);
  const supervisor = await control.supervisor();
  requireNoSource(supervisor);
  const { functionsDirectory, owner } = supervisor;
  const placeOf = (name: string): Place => ({ functionsDirectory, name, replace: options.replace });
  await requireApart(source, functionsDirectory);
  // Fail before anything is copied, if the name is already known.
  if (source.name !== undefined) await findTaken(placeOf(source.name));
  const staged = addedPath(functionsDirectory);
  using locks = new DisposableStack();
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeIfThere(staged));
  const name = await stage(source, { staged, ignoreFiles: options.ignoreFiles, signal });
  const place = placeOf(name);
  using progress = openProgress({ name });
  const onWait = (): void => progress.show("waiting for another ddsrv add");
  locks.use(await lockPlace({ owner, name, onWait, signal }));
  const isReplaced = await findTaken(place);
  if (isReplaced) await keepEnvFile({ source, functionsDirectory, name, staged });

  progress.show("checking");
  const { values } = variables;
  const { problem } = await control.check(
    { name: basename(staged), as: name, variables: values },
    signal,
  );
  if (problem !== null) {
    const said = explainProblem(problem, { source, staged });
    throw failed(progress, said, `"${name}" was not added: the check failed. Fix the errors above`);
  }
  // Before the rename: the first start must already have them.
  await variables.set(name);
  undo.defer(() => variables.undo(name));
  await expiry.set(name, isReplaced);
  undo.defer(() => expiry.undo(name));
  await control.announce(name, { by: options.by ?? "add", commit: options.commit });
  const placed = await putInPlace(place, staged);
  undo.defer(async () => {
    await variables.undo(name);
    await control.announce(name, { by: "undo" }).catch(() => {});
    await expiry.undo(name);
    await placed.undo();
    await waitUntilUndone(control, name, isReplaced);
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
  const said = describeExpiry(report);
  if (said !== "") printError(`${name} ${said}${options.ttl === undefined ? KEEP : ""}\n`);
  return report;
}

interface Serving extends Pick<AddOptions, "wait" | "timeout"> {
  readonly name: string;
  readonly isReplaced: boolean;
  readonly variables: GivenVariables;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Tells the supervisor about the new folder, and waits until it serves unless `wait` is false. */
async function serve(control: ControlClient, options: Serving): Promise<FunctionReport> {
  const { name, wait, timeout, progress } = options;
  await control.scan(name);
  await options.variables.apply(name);
  const report = wait
    ? await waitUntilSettled(control, { ...options, timeoutMs: timeout })
    : await findSoon(control, name);
  if (report?.stoppedAt) {
    progress.done("stopped");
    printError(`${name} was added and is stopped. To start it: ddsrv start ${name}\n`);
    return report;
  }
  if (report !== undefined && (!wait || isWell(report))) {
    progress.done(wait ? report.status : "added");
    if (!wait) printError(`${name} was added and starts now. See: ddsrv inspect ${name}\n`);
    return report;
  }
  const said = report?.reason ?? undefined;
  const late = `still ${report?.pending ?? report?.status ?? "gone"} after ${timeout / 1000} s`;
  const reason = said === undefined ? late : report?.pending === null ? said : `${late}. ${said}`;
  const left = options.isReplaced ? " and restored the previous version" : "";
  throw failed(
    progress,
    report?.detail ?? "",
    `"${name}" does not serve: ${reason}. ddsrv removed it again${left}`,
  );
}

/** Returns the report without waiting for the function to start, but after its files settled. */
function findSoon(control: ControlClient, name: string): Promise<FunctionReport | undefined> {
  return control.find(name, { until: "changed", since: "arriving", timeoutMs: UNDO_TIMEOUT_MS });
}

/** Prints the diagnostics and returns the error. */
function failed(progress: Progress, detail: string, message: string): CliError {
  progress.done("failed");
  if (detail !== "") printError(`${makeVisibleLines(detail)}\n`);
  return new CliError(message);
}

/** Waits until the removed function has stopped, or the previous one serves again. */
async function waitUntilUndone(
  control: ControlClient,
  name: string,
  isReplaced: boolean,
): Promise<void> {
  const until = isReplaced ? "settled" : "gone";
  try {
    await control.scan(name);
    await control.find(name, { until, timeoutMs: UNDO_TIMEOUT_MS });
  } catch {
    // Without a supervisor nothing runs.
  }
}
