import { cp } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl, type ControlClient } from "../../lib/control/client.ts";
import { ENTRY_FILE } from "../../lib/function/layout.ts";
import { nameProblem } from "../../lib/function/name.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { type ReplacedFolder, replaceFolder } from "../../lib/function/replace_folder.ts";
import { addedPath, removeEntry } from "../../lib/function/set_aside.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv add`. */
export interface AddOptions {
  readonly socket: string;
  readonly name?: string | undefined;
  readonly link?: true | undefined;
  /** Put it in the place of the one of that name. */
  readonly replace?: true | undefined;
  /** In seconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/**
 * Adds a function: staged beside its place under a hidden name, checked there, and renamed, so that
 * it is seen whole or not at all. When it does not come to serve, nothing of it stays, and what it
 * was to replace goes on serving.
 */
export async function add(path: string, options: AddOptions): Promise<number> {
  const source = resolve(path);
  const name = options.name ?? basename(source);
  await requireEntry(source);
  const reason = nameProblem(name);
  if (reason !== undefined) {
    throw new CliError(
      `"${name}" can't be a function's name: ${reason}. Choose another with --name`,
      ExitCode.Usage,
    );
  }
  using control = connectControl(options.socket);
  const { functionsDirectory } = await control.supervisor();
  if (source === functionsDirectory || functionsDirectory.startsWith(source + sep)) {
    throw new CliError(`"${source}" holds the functions directory and can't be added to it`);
  }
  const target = join(functionsDirectory, name);
  const isThere = await exists(target);
  if (isThere && !options.replace) {
    throw new CliError(
      `There is a function "${name}" already. Put this one in its place with --replace, or remove ` +
        `it: ddsrv rm ${name}`,
    );
  }
  const staged = addedPath(functionsDirectory);
  try {
    await stage(source, staged, options.link === true);
    const { problem } = await control.check({ name: basename(staged), as: name });
    if (problem !== null) {
      const said = makeVisibleLines(problem.replaceAll(staged, source));
      throw new CliError(`${said}\n"${name}" was not added`);
    }
    const placed = isThere
      ? await replaceFolder({ functionsDirectory, name, staged })
      : await placeFolder(staged, target);
    const report = await waitUntilServed(control, { name, placed, timeout: options.timeout });
    await placed.keep();
    if (options.json) printJson(report);
    else printOut(`${report.url}\n`);
    return 0;
  } finally {
    await Deno.remove(staged, { recursive: true }).catch(() => {});
  }
}

async function requireEntry(source: string): Promise<void> {
  const entry = join(source, ENTRY_FILE);
  try {
    if ((await Deno.stat(entry)).isFile) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  throw new CliError(`"${source}" has no ${ENTRY_FILE}. Name a directory that has one`);
}

async function stage(source: string, staged: string, isLink: boolean): Promise<void> {
  if (isLink) return await Deno.symlink(source, staged);
  try {
    await cp(source, staged, { recursive: true, verbatimSymlinks: true });
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    const remedy = code === "ENOSPC" ? ". Make room on that disk and add it again" : "";
    throw new CliError(`Cannot copy "${source}": ${message}${remedy}. Nothing was added`);
  }
}

/** A folder in a place where none was. */
async function placeFolder(staged: string, target: string): Promise<ReplacedFolder> {
  await Deno.rename(staged, target);
  return { keep: () => Promise.resolve(), undo: () => removeEntry(target) };
}

async function waitUntilServed(
  control: ControlClient,
  { name, placed, timeout }: { name: string; placed: ReplacedFolder; timeout: number },
): Promise<FunctionReport> {
  await control.scan(name);
  const wait = { until: "settled" as const, timeoutMs: timeout * 1000 };
  const report = await control.find(name, wait);
  const isWell = report?.status === "ready" || report?.status === "idle";
  if (isWell && report.reason === null) return report;
  await placed.undo();
  await control.scan(name);
  const after = await control.find(name, { until: "settled", timeoutMs: timeout * 1000 });
  const reason = report?.reason ?? `it was ${report?.status ?? "gone"} after ${timeout} s`;
  if (report?.detail) printError(`${makeVisibleLines(report.detail)}\n`);
  const left = after === undefined
    ? "It was taken away again"
    : "It was taken away again, and the one before it is back";
  throw new CliError(`"${name}" does not serve: ${reason}. ${left}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
