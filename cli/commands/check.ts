import { basename, dirname, join, resolve } from "node:path";
import { ConfigError } from "../../lib/config/json_file.ts";
import { loadSettings } from "../../lib/config/load_settings.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { ENTRY_FILE } from "../../lib/function/layout.ts";
import { readFunctionPolicy } from "../../lib/function/manifest.ts";
import { judgeName, nameProblem } from "../../lib/function/name.ts";
import { unreadableReason } from "../../lib/function/readability.ts";
import { checkDirectly } from "../../lib/process/check_directly.ts";
import { findImportMap, readImportMapHosts } from "../../lib/process/import_map.ts";
import { ExitCode } from "../exit_code.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv check`. */
export interface CheckOptions {
  readonly json?: true | undefined;
}

/** What is said of one directory. */
interface Finding {
  readonly path: string;
  readonly name: string;
  /** `null` when `serve` would start it. */
  readonly problem: string | null;
}

/** Says what `serve` would say of directories; runs none of their code. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const directories = paths.length > 0 ? paths.map((path) => resolve(path)) : await findAll();
  const findings: Finding[] = [];
  for (const directory of directories) {
    const finding = {
      path: directory,
      name: basename(directory),
      problem: await findProblem(directory) ?? null,
    };
    findings.push(finding);
    if (options.json) continue;
    if (finding.problem === null) printOut(`${finding.name}: ok\n`);
    else printError(`${makeVisibleLines(finding.problem)}\n${finding.name}: failed\n`);
  }
  if (options.json) printJson(findings);
  return findings.some((finding) => finding.problem !== null) ? ExitCode.Failed : ExitCode.Done;
}

async function findAll(): Promise<string[]> {
  const { settings } = await loadSettings({}, Deno.env.toObject());
  const entries = await Array.fromAsync(Deno.readDir(settings.functionsDirectory));
  return entries
    .filter((entry) => !entry.isFile && judgeName(entry.name).type !== "reserved")
    .map((entry) => join(settings.functionsDirectory, entry.name))
    .sort();
}

async function findProblem(directory: string): Promise<string | undefined> {
  const name = basename(directory);
  const reason = nameProblem(name);
  if (reason !== undefined) {
    return `"${name}" can't be a function's name: ${reason}. Rename the directory`;
  }
  const entry = join(directory, ENTRY_FILE);
  const file = await Deno.stat(entry).catch(() => undefined);
  if (!file?.isFile) return `"${directory}" has no ${ENTRY_FILE}, so that serve ignores it`;
  try {
    return await unreadableReason(directory, [entry]) ?? await findCodeProblem(directory);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

async function findCodeProblem(directory: string): Promise<string | undefined> {
  const functionsDirectory = dirname(directory);
  const environment = Deno.env.toObject();
  const { settings } = await loadSettings({ functionsDirectory }, environment);
  await readFunctionPolicy(directory, settings);
  if (!settings.checkCode) return undefined;
  return await checkDirectly({
    directory,
    importMap: await findImportMap(functionsDirectory, basename(directory)),
    allowImport: await allowedHosts(settings),
    signal: new AbortController().signal,
  });
}

async function allowedHosts(settings: Settings): Promise<string[]> {
  return [...settings.allowImport, ...await readImportMapHosts(settings.functionsDirectory)];
}
