import { join } from "node:path";
import { findImportMap, readImportMapHosts } from "../check/import_map.ts";
import { findNodeModules } from "../function/node_modules.ts";
import { unreadableReason } from "../function/readability.ts";
import { SECRET_FILES } from "../function/layout.ts";
import { type Modules, sourceFiles, takeRevision } from "../function/revision.ts";
import { stampFiles } from "../function/source_state.ts";
import { stampTree, type TreeStamp } from "../function/tree_activity.ts";
import type { CheckResult } from "../check/check.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import { isDiskFull } from "../system/disk_room.ts";
import { sleep } from "../system/sleep.ts";
import type { CheckTask } from "./check_lane.ts";
import { type CheckProblem, judgeCheck } from "./check_verdict.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** What is to be checked. */
export interface CheckedInstance {
  readonly name: string;
  readonly directory: string;
  /** Whose module cache is filled; its own when left out. */
  readonly cacheName?: string;
  /** Env files that its manifest or the operator names: they count as its source does. */
  readonly envFiles: readonly string[];
  /** Its variables, which its `.npmrc` may name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Modules that an earlier check named. */
  readonly knownModules: Modules;
  readonly context: SupervisorContext;
  /** Somebody waits for it: it is checked before others. */
  readonly isUrgent?: () => boolean;
  readonly signal: AbortSignal;
}

/** How often a check is repeated because the source changed under it. */
const MAX_CHECKS = 10;

const RESTLESS: Pick<InstanceCheck, "problem"> = {
  problem: {
    isPassing: false,
    reason: "The source did not come to rest",
    detail:
      `It changed under ${MAX_CHECKS} checks in a row. Whatever writes to it must come to an end`,
  },
};

/** What a check says of an instance to be. */
export interface InstanceCheck {
  readonly revision: string;
  readonly modules: Modules;
  readonly moduleOptions: ModuleOptions;
  readonly problem: CheckProblem | undefined;
  /** A module could not be fetched that may be needed: the check is repeated before another start. */
  readonly isProvisional?: boolean;
}

/** Returns how a function's modules are found; `source` replaces its folder where it is given. */
export async function findModuleOptions(
  { settings }: Pick<SupervisorContext, "settings">,
  name: string,
  source?: string,
): Promise<ModuleOptions> {
  const { functionsDirectory, allowImport } = settings;
  const [importMap, hosts, nodeModules] = await Promise.all([
    findImportMap(functionsDirectory, name, source),
    readImportMapHosts(functionsDirectory),
    findNodeModules(source ?? join(functionsDirectory, name)),
  ]);
  return { importMap, allowImport: [...allowImport, ...hosts], nodeModules };
}

/** Checks a function's source, unless this very source has been checked before. */
export async function checkInstance(options: CheckedInstance): Promise<InstanceCheck> {
  return await findPassed(options) ?? await checkUntilAtRest(options);
}

/** The check that this source has passed before, however long ago. */
async function findPassed(options: CheckedInstance): Promise<InstanceCheck | undefined> {
  const { context, name, cacheName = name } = options;
  if (cacheName !== name) return undefined;
  const moduleOptions = await findModuleOptions(options.context, options.name);
  const { functionsDirectory } = context.settings;
  for (const passed of await context.checkResults.find(name, keyOf(options, moduleOptions))) {
    const modules = { paths: passed.modules, isComplete: true };
    const revision = await takeRevision(functionsDirectory, name, modules);
    if (revision !== passed.revision) continue;
    context.checks.presumeQuick(name);
    const problem = await findUnreadable(options, modules);
    return { revision, modules, moduleOptions, problem };
  }
  return undefined;
}

/** All that a check goes by, beside the source. */
function keyOf(
  { context, directory, envFiles }: CheckedInstance,
  moduleOptions: ModuleOptions,
): string {
  const { checkCode } = context.settings;
  return JSON.stringify({ deno: Deno.version.deno, directory, checkCode, envFiles, moduleOptions });
}

/** Checks until the source is the same before and behind the check. */
async function checkUntilAtRest(options: CheckedInstance): Promise<InstanceCheck> {
  const { context, directory, name } = options;
  const { functionsDirectory } = context.settings;
  const take = (modules: Modules): Promise<string> =>
    takeRevision(functionsDirectory, name, modules);
  let { knownModules } = options;
  for (let round = 1;; round++) {
    const startedAtMs = Date.now();
    const before = { tree: await stampTree(directory), revision: await take(knownModules) };
    const moduleOptions = await findModuleOptions(options.context, options.name);
    const problem = specialFile(before.tree) ?? await findUnreadable(options, knownModules);
    const result = problem === undefined
      ? await context.checks.run(
        name,
        (given) => check({ ...options, ...given }, moduleOptions),
        options,
      )
      : { diagnostics: problem.detail, modules: knownModules.paths };
    await requireRoom(context, result);
    const modules = {
      paths: [...new Set([...result.modules, ...options.envFiles])].sort(),
      isComplete: result.diagnostics === undefined,
    };
    const revision = await take(modules);
    const hasSameFiles = String(modules.paths) === String(knownModules.paths) &&
      modules.isComplete === knownModules.isComplete;
    // Of files that were not known before there is no earlier hash, only their time of change.
    const isQuiet = before.tree.text === (await stampTree(directory)).text &&
      (hasSameFiles
        ? revision === before.revision
        : await lastChange(options, modules) < startedAtMs);
    if (!isQuiet) {
      // The revision from before is no longer what is there, so that the next scan tries again.
      if (round === MAX_CHECKS) {
        return { ...RESTLESS, revision: before.revision, modules, moduleOptions };
      }
      knownModules = modules;
      await sleep(context.settings.settleMs, options.signal);
      continue;
    }
    if (result.diagnostics === undefined) {
      const isProvisional = result.isPassing === true;
      if ((options.cacheName ?? name) === name && !isProvisional) {
        const key = keyOf(options, moduleOptions);
        await context.checkResults.keep(name, { revision, modules: modules.paths, key });
      }
      return { revision, modules, moduleOptions, problem: undefined, isProvisional };
    }
    return { revision, modules, moduleOptions, problem: problem ?? judgeCheck(result) };
  }
}

/**
 * A full disk fails a check that says nothing of the source, and must not count as its result.
 *
 * @throws {Error} when it did
 */
async function requireRoom(
  { settings }: SupervisorContext,
  { diagnostics }: CheckResult,
): Promise<void> {
  if (!diagnostics?.includes("No space left on device")) return;
  const { stateDirectory } = settings;
  if (!await isDiskFull(stateDirectory)) return;
  throw new Error(`The disk of "${stateDirectory}" is full. Make room there: it is tried again`);
}

/** To read a pipe may take for ever, and a device may have no end. */
function specialFile({ special }: TreeStamp): InstanceCheck["problem"] {
  if (special === undefined) return undefined;
  const detail =
    `"${special}" is a pipe, a socket or a device. Take it out of the function's folder`;
  return { reason: "The source can't be read", detail, isPassing: false };
}

async function findUnreadable(
  { context, directory, name, envFiles }: CheckedInstance,
  modules: Modules,
): Promise<InstanceCheck["problem"]> {
  const secret = [...SECRET_FILES.map((file) => join(directory, file)), ...envFiles];
  const files = sourceFiles(context.settings.functionsDirectory, name, modules)
    .filter((file) => !secret.includes(file));
  const detail = await unreadableReason(directory, files);
  if (detail === undefined) return undefined;
  return { reason: "The source can't be read", detail, isPassing: false };
}

async function lastChange({ context, name }: CheckedInstance, modules: Modules): Promise<number> {
  const files = sourceFiles(context.settings.functionsDirectory, name, modules);
  return (await stampFiles(files)).changedAtMs;
}

async function check(
  options: CheckedInstance & Parameters<CheckTask>[0],
  moduleOptions: ModuleOptions,
): Promise<CheckResult> {
  const { context, directory, name, cacheName = name, variables, onLook, signal } = options;
  signal.throwIfAborted();
  const cacheDirectory = await context.cacheOf(cacheName);
  const { registries, checkCpuTimeMs, checkTimeoutMs } = context.settings;
  return await context.isolation.check({
    name,
    directory,
    moduleOptions,
    cacheDirectory,
    cacheName,
    registries,
    variables,
    bounds: { cpuTimeMs: checkCpuTimeMs, timeoutMs: checkTimeoutMs },
    onLook,
    signal,
  });
}
