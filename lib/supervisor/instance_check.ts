import { join } from "node:path";
import { findImportMap, readImportMapHosts } from "../check/import_map.ts";
import { findOwnLock } from "../check/own_lock.ts";
import { type CheckSetting, levelFor } from "../config/check_level.ts";
import { isStaticEntry } from "../config/entry_names.ts";
import { requireEntry } from "../function/find_entry.ts";
import { findDependencies } from "../function/find_dependencies.ts";
import { unreadableReason } from "../function/readability.ts";
import { SECRET_FILES } from "../function/layout.ts";
import {
  coveredFiles,
  findSourcePlace,
  type Modules,
  sourceFiles,
  takeRevision,
} from "../function/revision.ts";
import type { WatchRule } from "../function/watched_files.ts";
import { stampFiles } from "../function/source_state.ts";
import { stampTree, type TreeStamp } from "../function/tree_activity.ts";
import type { CheckResult } from "../check/check.ts";
import type { InstalledPackages } from "../isolation/installed_packages.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import { isDiskFull } from "../system/disk_room.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { sleep } from "../system/sleep.ts";
import type { CheckTask, JointTask } from "./check_lane.ts";
import { type CheckProblem, judgeCheck } from "./check_verdict.ts";
import { jointTask } from "./joint_task.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** Options of {@linkcode checkInstance}. */
export interface CheckedInstance {
  readonly name: string;
  readonly directory: string;
  /** Another file of the folder that is checked as if it were the entry. */
  readonly entry?: string | undefined;
  /** Name of the function whose module cache the check fills; `name` by default. */
  readonly cacheName?: string;
  /** Env files that the manifest or the operator names: they are part of the source. */
  readonly envFiles: readonly string[];
  /** The function's setting of the check. */
  readonly check: CheckSetting;
  /** The function's variables, which its `.npmrc` may use. */
  readonly variables: Readonly<Record<string, string>>;
  /** Files besides the modules that are part of the source; none when left out. */
  readonly watch?: WatchRule | undefined;
  /** The Deno that checks and runs it. */
  readonly deno: DenoBinary;
  /** Modules that an earlier check named. */
  readonly knownModules: Modules;
  readonly context: SupervisorContext;
  /** Returns true while requests wait: the check goes before others. */
  readonly isUrgent?: () => boolean;
  /** Returns true if the function serves: its new code goes before functions that do not. */
  readonly isNeeded?: () => boolean;
  readonly signal: AbortSignal;
}

/** Maximum number of checks while the source keeps changing. */
const MAX_CHECKS = 10;

const KEEPS_CHANGING: Pick<InstanceCheck, "problem"> = {
  problem: {
    isTransient: false,
    reason: "The source keeps changing",
    detail: `It changed during ${MAX_CHECKS} checks in a row. Stop the program that writes to it`,
  },
};

/** Result of a check. */
export interface InstanceCheck {
  readonly revision: string;
  readonly modules: Modules;
  readonly moduleOptions: ModuleOptions;
  /** Path of the lock file that the check made, if it passed and made one. */
  readonly lock?: string | undefined;
  /** Packages that the check installed, if it passed and installed any. */
  readonly packages?: InstalledPackages | undefined;
  readonly problem: CheckProblem | undefined;
  /** A module that may be needed could not be fetched: the next start repeats the check. */
  readonly isProvisional?: boolean;
  /** Errors that do not prevent the start: the next start repeats the check. */
  readonly warning?: string | undefined;
}

/** Options of {@linkcode findModuleOptions}. */
export interface FindModulesOptions {
  readonly deno: DenoBinary;
  /** Directory of the source, if that is not the function's folder. */
  readonly source?: string;
  /** Another file of the folder instead of the entry. */
  readonly entry?: string | undefined;
}

/**
 * Returns a function's entry and how its modules are found.
 *
 * @throws {ConfigError} if its manifest names an entry that can't be used, or a file is not valid
 */
export async function findModuleOptions(
  { settings }: Pick<SupervisorContext, "settings">,
  name: string,
  { deno, source, entry: given }: FindModulesOptions,
): Promise<ModuleOptions> {
  const { functionsDirectory, allowImport, entries } = settings;
  const directory = source ?? join(functionsDirectory, name);
  const finding = findOwnLock(functionsDirectory, name, source);
  const [entry, importMap, hosts, ownLock, dependencies] = await Promise.all([
    given ?? requireEntry(directory, entries),
    findImportMap(functionsDirectory, name, source),
    readImportMapHosts(functionsDirectory),
    finding,
    findDependencies(functionsDirectory, name, { source, ownLock: finding }),
  ]);
  const more = { ...dependencies, ownLock, deno };
  return { entry, importMap, allowImport: [...allowImport, ...hosts], ...more };
}

/** Checks a function's source, unless the same source has passed a check before. */
export async function checkInstance(options: CheckedInstance): Promise<InstanceCheck> {
  const first = await lookAtSource(options, () => Promise.resolve());
  return await findPassed(options, first) ?? await checkUntilSettled(options, first);
}

/** State of a function before its check. */
export interface FirstLook extends Pick<InstanceCheck, "revision" | "moduleOptions"> {
  /** Modules by which the revision was taken. */
  readonly known: Modules;
  /** Time before it, by the host's clock. */
  readonly startedAtMs: number;
}

/** Options of {@linkcode lookAtSource}. */
export type LookOptions = Pick<
  CheckedInstance,
  "name" | "knownModules" | "watch" | "deno" | "entry" | "context"
>;

/**
 * Takes the revision of a function's source, then reads the configuration of its modules and,
 * at the same time, what `read` reads.
 *
 * @throws {ConfigError} see {@linkcode findModuleOptions}
 */
export async function lookAtSource<Read>(
  { name, knownModules, watch, deno, entry, context }: LookOptions,
  read: () => Promise<Read>,
): Promise<FirstLook & { readonly read: Read }> {
  const known: Modules = { ...knownModules, watch };
  const startedAtMs = Date.now();
  // Before the configuration: the first round of a check continues with both.
  const revision = await takeRevision(context.settings, name, known);
  const [moduleOptions, result] = await Promise.all([
    findModuleOptions(context, name, { deno, entry }),
    read(),
  ]);
  return { known, startedAtMs, revision, moduleOptions, read: result };
}

/** Returns an earlier check that the same source has passed. */
export async function findPassed(
  options: CheckedInstance,
  { known, revision: knownRevision, moduleOptions }: FirstLook,
): Promise<InstanceCheck | undefined> {
  const { context, name, cacheName = name } = options;
  if (cacheName !== name) return undefined;
  // Earlier revisions usually have the same modules.
  const taken = new Map([[keyOfModules(known), knownRevision]]);
  for (const passed of await context.checkResults.find(name, keyOf(options, moduleOptions))) {
    const modules = { paths: passed.modules, isComplete: true, watch: options.watch };
    const key = keyOfModules(modules);
    const revision = taken.get(key) ?? await takeRevision(context.settings, name, modules);
    taken.set(key, revision);
    if (revision !== passed.revision) continue;
    const lock = passed.hasLock ? await context.keptLocks.find(name, revision) : undefined;
    if (passed.hasLock && lock === undefined) continue;
    const packages = passed.hasPackages
      ? await context.keptPackages.find(name, revision)
      : undefined;
    if (passed.hasPackages && packages === undefined) continue;
    context.checks.presumeQuick(name);
    const problem = await findUnreadable(options, { modules, moduleOptions });
    return { revision, modules, moduleOptions, lock, packages, problem };
  }
  return undefined;
}

/** Key of the files that a revision covers, without those of the rule. */
function keyOfModules({ paths, isComplete }: Modules): string {
  return JSON.stringify([isComplete, ...paths]);
}

/** Key of all input of a check apart from the source. */
function keyOf(
  { directory, check, envFiles }: CheckedInstance,
  moduleOptions: ModuleOptions,
): string {
  const level = levelFor(moduleOptions.entry, check);
  return JSON.stringify({ directory, level, envFiles, moduleOptions });
}

/** Repeats the check until the source is the same before and after it. */
export async function checkUntilSettled(
  options: CheckedInstance,
  first: FirstLook,
): Promise<InstanceCheck> {
  const { context, directory, name } = options;
  const take = (modules: Modules): Promise<string> => takeRevision(context.settings, name, modules);
  let knownModules = first.known;
  for (let round = 1;; round++) {
    const startedAtMs = round === 1 ? first.startedAtMs : Date.now();
    const tree = await stampTree(directory);
    const before = { tree, revision: round === 1 ? first.revision : await take(knownModules) };
    const moduleOptions = round === 1
      ? first.moduleOptions
      : await findModuleOptions(context, name, options);
    const problem = specialFile(before.tree) ??
      await findUnreadable(options, { modules: knownModules, moduleOptions });
    if (problem === undefined) await context.parked.makeRoom(name);
    const result = problem === undefined
      ? await context.checks.run(
        name,
        async (given) =>
          await check({ ...options, ...given }, { moduleOptions, revision: before.revision }),
        { ...options, joint: await findJointTask(options, { moduleOptions, before }) },
      )
      : { diagnostics: problem.detail, modules: knownModules.paths };
    await requireRoom(context, result);
    const modules = {
      paths: [...new Set([...result.modules, ...options.envFiles, ...lockOf(moduleOptions)])]
        .sort(),
      isComplete: result.diagnostics === undefined && result.warning === undefined,
      watch: options.watch,
    };
    const revision = await take(modules);
    const hasSameFiles = String(modules.paths) === String(knownModules.paths) &&
      modules.isComplete === knownModules.isComplete;
    // Files that were not known before have no earlier hash, only a time of change.
    const isQuiet = before.tree.text === (await stampTree(directory)).text &&
      (hasSameFiles
        ? revision === before.revision
        : await lastChange(options, modules) < startedAtMs);
    if (!isQuiet) {
      // The earlier revision differs from the present one, so that the next scan tries again.
      if (round === MAX_CHECKS) {
        return { ...KEEPS_CHANGING, revision: before.revision, modules, moduleOptions };
      }
      knownModules = modules;
      await sleep(context.settings.settleMs, options.signal);
      continue;
    }
    if (result.diagnostics === undefined) {
      const { warning, isPassing: isProvisional = false } = result;
      const lock = await keepLock(options, { revision, lock: result.lock });
      const packages = await keepPackages(options, { revision, key: result.packages });
      if ((options.cacheName ?? name) === name && !isProvisional && warning === undefined) {
        const key = keyOf(options, moduleOptions);
        const hasLock = lock !== undefined;
        const hasPackages = packages !== undefined;
        const has = { hasLock, hasPackages };
        await context.checkResults.record(name, { revision, modules: modules.paths, ...has, key });
      }
      const made = { lock, packages, isProvisional, warning };
      return { revision, modules, moduleOptions, ...made, problem: undefined };
    }
    return { revision, modules, moduleOptions, problem: problem ?? judgeCheck(result) };
  }
}

/** Returns how to check a function together with others, unless an earlier check made a lock file. */
async function findJointTask(
  { context, name, cacheName = name, check, entry }: CheckedInstance,
  { moduleOptions, before }: Pick<InstanceCheck, "moduleOptions"> & {
    readonly before: Pick<InstanceCheck, "revision">;
  },
): Promise<JointTask | undefined> {
  // Others may check the function's own entry at the same time.
  if (cacheName !== name || entry !== undefined) return undefined;
  const { isolation: { checkTogether }, settings: { functionsDirectory } } = context;
  const task = jointTask({ name, check, moduleOptions, functionsDirectory, checkTogether });
  if (task === undefined) return undefined;
  return await context.keptLocks.find(name, before.revision) === undefined ? task : undefined;
}

/** Returns a function's own lock file, to which its `deno.json` may give another name. */
function lockOf({ ownLock }: ModuleOptions): string[] {
  return ownLock === undefined ? [] : [ownLock];
}

/** Keeps the lock file that a check made, and returns its path; `undefined` if it made none. */
async function keepLock(
  { context, name, cacheName = name }: CheckedInstance,
  { revision, lock }: { readonly revision: string; readonly lock: string | undefined },
): Promise<string | undefined> {
  // Nothing starts from a check for another function.
  if (lock === undefined || cacheName !== name) return undefined;
  return await context.keptLocks.keep(name, revision, lock);
}

/** Notes the packages that a check installed, and returns them; `undefined` if there are none. */
async function keepPackages(
  { context, name, cacheName = name }: CheckedInstance,
  { revision, key }: { readonly revision: string; readonly key: string | undefined },
): Promise<InstalledPackages | undefined> {
  if (key === undefined || cacheName !== name) return undefined;
  await context.keptPackages.keep(name, revision, key);
  return await context.keptPackages.find(name, revision);
}

/**
 * Throws if a full disk made the check fail: that is no result about the source.
 */
async function requireRoom(
  { settings }: SupervisorContext,
  { diagnostics, warning }: CheckResult,
): Promise<void> {
  if (!(diagnostics ?? warning)?.includes("No space left on device")) return;
  const { stateDirectory } = settings;
  if (!await isDiskFull(stateDirectory)) return;
  throw new Error(`The disk of "${stateDirectory}" is full. Make room there; ddsrv tries again`);
}

/** Refuses pipes, sockets and devices: reading one may never end. */
function specialFile({ special }: TreeStamp): InstanceCheck["problem"] {
  if (special === undefined) return undefined;
  const detail =
    `"${special}" is a pipe, a socket or a device. Remove it from the function's folder`;
  return { reason: "Cannot read the source", detail, isTransient: false };
}

async function findUnreadable(
  { context, directory, name, envFiles, entry: given }: CheckedInstance,
  { modules, moduleOptions: { entry } }: Pick<InstanceCheck, "modules" | "moduleOptions">,
): Promise<InstanceCheck["problem"]> {
  const secret = [...SECRET_FILES.map((file) => join(directory, file)), ...envFiles];
  const { functionsDirectory } = context.settings;
  // Another file than the entry was checked: the entry is part of the source as well.
  const place = given === undefined
    ? { functionsDirectory, name, entry }
    : await findSourcePlace(context.settings, name);
  const files = sourceFiles(place, modules)
    .filter((file) => !secret.includes(file));
  const detail = await unreadableReason(directory, files);
  if (detail === undefined) return undefined;
  return { reason: "Cannot read the source", detail, isTransient: false };
}

async function lastChange({ context, name }: CheckedInstance, modules: Modules): Promise<number> {
  const files = await coveredFiles(await findSourcePlace(context.settings, name), modules);
  return (await stampFiles(files)).changedAtMs;
}

/** Result for static files, which have no code. */
const NOTHING_TO_CHECK: CheckResult = { diagnostics: undefined, modules: [] };

async function check(
  options: CheckedInstance & Parameters<CheckTask>[0],
  { moduleOptions, revision }: Pick<InstanceCheck, "moduleOptions" | "revision">,
): Promise<CheckResult> {
  const { context, directory, name, cacheName = name, variables, onLook, signal } = options;
  signal.throwIfAborted();
  if (isStaticEntry(moduleOptions.entry)) return NOTHING_TO_CHECK;
  const cacheDirectory = await context.cacheOf(cacheName);
  const { registries, checkCpuTimeMs, checkTimeoutMs } = context.settings;
  const run = (knownLock?: string): Promise<CheckResult> =>
    context.isolation.check({
      name,
      directory,
      level: levelFor(moduleOptions.entry, options.check),
      moduleOptions,
      cacheDirectory,
      packagesDirectory: context.keptPackages.directoryOf(cacheName),
      cacheName,
      registries,
      variables,
      bounds: { cpuTimeMs: checkCpuTimeMs, timeoutMs: checkTimeoutMs },
      knownLock,
      onLook,
      signal,
    });
  const known = await readKeptLock(context, { name: cacheName, revision });
  const result = await run(known);
  const { diagnostics, isPassing, exhausted } = result;
  const mayBeLock = diagnostics !== undefined && isPassing !== true && exhausted === undefined;
  // A registry may have removed a version, or an earlier version of Deno can't read the file.
  return known !== undefined && mayBeLock ? await run() : result;
}

/** Returns the text of the lock file of an earlier check of the same source. */
async function readKeptLock(
  { keptLocks }: SupervisorContext,
  { name, revision }: { readonly name: string; readonly revision: string },
): Promise<string | undefined> {
  const path = await keptLocks.find(name, revision);
  return path === undefined ? undefined : await readOptionalTextFile(path);
}
