import { cp } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl, type ControlClient } from "../../lib/control/client.ts";
import { ENTRY_FILE } from "../../lib/function/layout.ts";
import { nameProblem } from "../../lib/function/name.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { addedPath } from "../set_aside.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv add`. */
export interface AddOptions {
  readonly socket: string;
  readonly name?: string | undefined;
  readonly link?: true | undefined;
  /** In seconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
}

/**
 * Adds a function: staged beside its place under a hidden name, checked there, and renamed, so that
 * it is seen whole or not at all. When it does not come to serve, nothing of it stays.
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
  if (await exists(target)) {
    throw new CliError(`There is a function "${name}" already. Remove it first: ddsrv rm ${name}`);
  }
  const staged = addedPath(functionsDirectory);
  try {
    await stage(source, staged, options.link === true);
    const { problem } = await control.check({ name: basename(staged), as: name });
    if (problem !== null) {
      const said = makeVisibleLines(problem.replaceAll(staged, source));
      throw new CliError(`${said}\n"${name}" was not added`);
    }
    await Deno.rename(staged, target);
  } finally {
    await Deno.remove(staged, { recursive: true }).catch(() => {});
  }
  const report = await waitUntilServed(control, { name, target, timeout: options.timeout });
  if (options.json) printJson(report);
  else printOut(`${report.url}\n`);
  return 0;
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

async function waitUntilServed(
  control: ControlClient,
  { name, target, timeout }: { name: string; target: string; timeout: number },
): Promise<FunctionReport> {
  await control.scan();
  const wait = { until: "settled" as const, timeoutMs: timeout * 1000 };
  const report = await control.find(name, wait);
  if (report?.status === "ready" || report?.status === "idle") return report;
  await Deno.remove(target, { recursive: !(await Deno.lstat(target)).isSymlink });
  await control.scan();
  await control.find(name, { until: "gone", timeoutMs: timeout * 1000 });
  const reason = report?.reason ?? `it was ${report?.status ?? "gone"} after ${timeout} s`;
  if (report?.detail) printError(`${makeVisibleLines(report.detail)}\n`);
  throw new CliError(`"${name}" does not serve: ${reason}. It was taken away again`);
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
