import { basename, dirname, join, resolve } from "node:path";
import { defined } from "../../lib/config/defined.ts";
import { loadSettings } from "../../lib/config/load_settings.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { judgeName } from "../../lib/config/function_name.ts";
import { parseDiagnostics } from "../../lib/check/diagnostics.ts";
import { createSemaphore } from "../../lib/system/semaphore.ts";
import { CliError, ExitCode, usageError } from "../exit_code.ts";
import { interruptible } from "../interrupt.ts";
import type { CheckFormat } from "../output/check_formats.ts";
import { type Finding, findingLines, summaryLine } from "../output/findings.ts";
import { hasColours } from "../output/has_colours.ts";
import { jsonText, printError, tryPrintOut } from "../output/print.ts";
import { withoutColours } from "../output/visible.ts";
import { findFunctionsDirectory } from "./find_functions_directory.ts";
import { openChecks as openChecksFor, type StandaloneChecks } from "./check/open_checks.ts";
import { checkPath, type PathVerdict } from "./check_path.ts";

/** Options of `ddsrv check`. */
export interface CheckOptions {
  readonly format: CheckFormat;
  /** Same as `format: "json"`. */
  readonly json?: true | undefined;
  readonly isolation?: Settings["isolation"] | undefined;
  /** Another command has the results, so all findings go to standard error. */
  readonly isStep?: true | undefined;
}

/**
 * Type-checks functions without running them and returns the exit code. Checks run in parallel;
 * findings are printed in the order of `paths`.
 */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  return await interruptible((signal) => checkAll(paths, { ...options, signal }));
}

async function checkAll(
  paths: readonly string[],
  options: CheckOptions & { readonly signal: AbortSignal },
): Promise<number> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const format = options.json ? "json" : options.format;
  const { isStep = false } = options;
  const environment = Deno.env.toObject();
  const chosen = paths.length > 0 ? paths.map((path) => resolve(path)) : await findAll(environment);
  const isColoured = format === "text" && hasColours(Deno.stderr, environment);
  const cores = createSemaphore(Math.max(1, navigator.hardwareConcurrency));
  await using opened = new AsyncDisposableStack();
  const opening = new Map<string, Promise<StandaloneChecks>>();
  const openChecks = (settings: Settings): Promise<StandaloneChecks> => {
    const known = opening.get(settings.functionsDirectory);
    if (known !== undefined) return known;
    const one = openChecksFor(settings, {
      chosen: options.isolation,
      onWarning: (message) => printError(`${message}\n`),
    })
      .then((checks) => opened.use(checks));
    opening.set(settings.functionsDirectory, one);
    return one;
  };
  const load = async (functionsDirectory: string): Promise<Settings> => {
    const { isolation } = options;
    const flags = defined({ functionsDirectory, isolation });
    return (await loadSettings(flags, environment)).settings;
  };
  const how = { isColoured, loadSettings: load, openChecks, signal };
  const looks = chosen.map((path) =>
    cores.run(async () => findingOf(path, await checkPath(path, how)))
  );
  // A rejection is handled when its turn comes, not while an earlier check is awaited.
  for (const look of looks) look.catch(() => {});
  const findings: Finding[] = [];
  try {
    for (const look of looks) {
      const finding = await look;
      findings.push(finding);
      if (format !== "json" && !print(finding, { format, isStep })) return ExitCode.Done;
    }
  } finally {
    // The sandboxes are disposed of only after the last check has ended.
    over.abort();
    await Promise.allSettled(looks);
  }
  if (format === "json" && !tryPrintOut(jsonText(findings.map(withoutStyle)))) return ExitCode.Done;
  printError(summaryLine(findings));
  if (findings.some(({ problem }) => problem !== null)) return ExitCode.Failed;
  // A script that names paths must not mistake this for success.
  if (paths.length > 0 && findings.every(({ skipped }) => skipped !== null)) {
    throw usageError(
      "Nothing was checked: serve ignores all of these paths. Name a function's directory or a " +
        ".ts file",
    );
  }
  return ExitCode.Done;
}

/** Prints a finding; returns false if standard output is closed. */
function print(
  finding: Finding,
  { format, isStep }: { readonly format: Exclude<CheckFormat, "json">; readonly isStep: boolean },
): boolean {
  const { out, error } = findingLines(finding, { format, workingDirectory: Deno.cwd() });
  if (isStep) printError(out);
  else if (out !== "" && !tryPrintOut(out)) return false;
  if (error !== "") printError(error);
  return true;
}

async function findAll(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const { functionsDirectory, from } = await findFunctionsDirectory(environment);
  printError(`Checking "${functionsDirectory}" (${from})\n`);
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(functionsDirectory));
  } catch (error) {
    throw new CliError(
      `Cannot read the functions directory "${functionsDirectory}": ${(error as Error).message}. ` +
        "Name the functions to check, or set FUNC_DIRECTORY",
    );
  }
  const found = entries
    .filter((entry) => !entry.isFile && judgeName(entry.name).type !== "reserved")
    .map((entry) => join(functionsDirectory, entry.name))
    .sort();
  if (found.length === 0) {
    printError(`Nothing to check: "${functionsDirectory}" contains no functions\n`);
  }
  return found;
}

function findingOf(path: string, verdict: PathVerdict): Finding {
  const said = verdict.type === "failed" ? verdict.problem : null;
  const problem = said === null ? null : withoutColours(said);
  const diagnostics = problem === null ? [] : parseDiagnostics(problem);
  const isIndex = /^index\.(?:[cm]?[jt]sx?|html)$/.test(basename(path));
  const name = basename(isIndex ? dirname(path) : path);
  const skipped = verdict.type === "skipped" ? verdict.reason : null;
  const found = verdict.type === "passed" ? verdict.warning : undefined;
  const warning = found === undefined ? null : withoutColours(found);
  return { path, name, problem, skipped, warning, diagnostics, styled: said };
}

function withoutStyle({ styled: _, ...finding }: Finding): Omit<Finding, "styled"> {
  return finding;
}
