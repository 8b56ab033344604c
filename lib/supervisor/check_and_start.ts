import { ConfigError } from "../config/json_file.ts";
import { settingsFor } from "../config/settings_for.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import { sourceFiles, takeRevision } from "../function/revision.ts";
import { requireDataOnly } from "../function/writable_code.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { stampTree } from "../function/tree_activity.ts";
import { describeUnreadable } from "../function/unreadable_files.ts";
import { requireFew } from "../function/watched_files.ts";
import { sleep } from "../system/sleep.ts";
import { adviseOn } from "./advice.ts";
import {
  checkUntilSettled,
  findPassed,
  type FirstLook,
  type InstanceCheck,
  lookAtSource,
} from "./instance_check.ts";
import type { InstanceOptions, LaunchOutcome, SourcePolicy } from "./open_instance.ts";
import { startsUnasked } from "./starts_unasked.ts";
import { runnerOf, runPredeploy } from "./run_predeploy.ts";
import { startReport } from "./start_report.ts";
import { startInstance } from "./start_instance.ts";
import type { Failure } from "./state.ts";
import { watchRuleOf } from "./watch_rule.ts";
import { valuesOf } from "./variable_store.ts";

/** Checks a function's source and starts it if it is needed; urgent functions go first. */
export async function checkAndStart(options: InstanceOptions): Promise<LaunchOutcome> {
  const { context, report, signal, isNeeded } = options;
  const fail = (failure: Omit<Failure, "atMs" | "revision">, revision: string): LaunchOutcome =>
    signal.aborted ? { type: "aborted" } : { type: "failed", failure: { ...failure, revision } };
  if (isNeeded()) context.parked.approach(options.name);
  const found = await lookAtFolder(options, options.knownPolicy);
  if (found.type === "failed") return fail(found.failure, found.revision);
  const { asked, deno, first } = found;
  report.onPolicy(asked.policy);
  const { envFiles } = asked;
  const { check, env, permissions } = asked.policy;
  const variables = visibleVariables(env, permissions.env);
  const watch = watchRuleOf(asked.policy);
  const checkOptions = { ...options, check, envFiles, variables, watch, deno };
  const passed = await findPassed(checkOptions, first);
  const checked = passed ??
    await checkUntilSettled(checkOptions, first).catch(manifestFailure);
  if (signal.aborted) return { type: "aborted" };
  if ("stage" in checked) return fail(checked, await revisionNow(options));
  // The check's revision covers the present files, so the policy must come from them too.
  const current = passed === undefined ? await readPolicy(options) : asked;
  if (current.type === "failed") return fail(current.failure, current.revision);
  const { policy } = current;
  const hasChanged = policy.check !== check || isOtherSource(policy, asked.policy) ||
    String(current.envFiles) !== String(envFiles);
  if (hasChanged) return await checkAndStart({ ...options, knownPolicy: policy });
  report.onPolicy(policy);
  const { revision, modules, problem, moduleOptions, lock, packages } = checked;
  report.onChecked(revision, modules);
  if (problem !== undefined) {
    const advice = adviseOn(problem.detail, { ...options, stage: "check" });
    return fail({ stage: "check", ...problem, advice }, revision);
  }
  const refused = await findRefused(options, { policy, modules, moduleOptions });
  if (refused !== undefined) return fail(refused, revision);
  if (revision === options.servedRevision()) return { type: "registered", isServed: true };
  const mayWait = policy.idleMs < Infinity && !isNeeded();
  if (mayWait && !await startsUnasked(options, checked)) return { type: "registered" };
  const undeployed = await runPredeploy({
    ...options,
    policy,
    revision,
    predeploys: context.predeploys,
    report: startReport(report, policy),
    run: runnerOf(options),
  });
  if (undeployed !== undefined) return fail(undeployed, revision);
  const problems = [...describeIgnored(checked.warning), ...current.warnings];
  const opened = await context.starts.run(
    () =>
      startInstance({
        ...options,
        policy,
        revision,
        moduleOptions,
        lock,
        packages,
        envFiles,
        problems,
        findProblems: () => findUnreadable(options, envFiles),
      }),
    options,
  );
  if (opened.type !== "failed" || checked.isProvisional !== true) return opened;
  return { type: "failed", failure: { ...opened.failure, isTransient: true } };
}

/** Returns a problem for files that a user of its own can't read; nothing without such a user. */
async function findUnreadable(
  { context, name, directory }: InstanceOptions,
  envFiles: readonly string[],
): Promise<readonly string[]> {
  if (await context.isolation.cacheUid(name) === undefined) return [];
  const problem = await describeUnreadable(directory, { except: envFiles });
  return problem === undefined ? [] : [problem];
}

/** Returns a problem of the instance for errors of its check that do not prevent the start. */
function describeIgnored(warning: string | undefined): readonly string[] {
  if (warning === undefined) return [];
  const [line] = warning.split("\n").filter((one) => one.trim() !== "");
  return [`The check found errors, but "check" is "none": ${line}`];
}

interface PresentPolicy extends ReadPolicy {
  readonly type: "policy";
}

interface FailedLook {
  readonly type: "failed";
  readonly failure: Omit<Failure, "atMs" | "revision">;
  /** Revision of the files that are not valid; the requested files may be back by now. */
  readonly revision: string;
}

type PolicyResult = PresentPolicy | FailedLook;

/** Revision, configuration and policy of a function's folder. */
interface FolderLook {
  readonly type: "found";
  /** Read after the revision was taken. */
  readonly asked: PresentPolicy;
  readonly deno: DenoBinary;
  readonly first: FirstLook;
}

/**
 * Takes the revision of a function's folder, and then reads all else. The policy decides which files
 * the revision covers; a known policy saves to read it before, too.
 */
async function lookAtFolder(
  options: InstanceOptions,
  known: SourcePolicy | undefined,
): Promise<FolderLook | FailedLook> {
  const read = known ?? await readPolicy(options);
  if ("failure" in read) return read;
  const policy = "policy" in read ? read.policy : read;
  try {
    const deno = await options.context.denoOf(policy.denoVersion);
    const watch = watchRuleOf(policy);
    const { read: asked, ...first } = await lookAtSource(
      { ...options, watch, deno },
      () => readPolicy(options),
    );
    if (asked.type === "failed") return asked;
    if (isOtherSource(asked.policy, policy)) return await lookAtFolder(options, asked.policy);
    return { type: "found", asked, deno, first };
  } catch (error) {
    const failure = manifestFailure(error);
    // The known policy may be an old one.
    if (known !== undefined) return await lookAtFolder(options, undefined);
    return { type: "failed", failure, revision: await revisionNow(options) };
  }
}

/** Returns true if a policy covers other files than another one, or names another Deno. */
function isOtherSource(policy: SourcePolicy, other: SourcePolicy): boolean {
  return policy.denoVersion !== other.denoVersion ||
    JSON.stringify(watchRuleOf(policy)) !== JSON.stringify(watchRuleOf(other));
}

async function readPolicy(options: InstanceOptions): Promise<PolicyResult> {
  const { context, name, directory, signal } = options;
  const settings = settingsFor(context.settings, name);
  for (let before: string | undefined;; before = (await stampTree(directory)).text) {
    const variables = valuesOf(await context.variables.read(name));
    try {
      return { type: "policy", ...await readFunctionPolicy(directory, settings, { variables }) };
    } catch (error) {
      const failure = manifestFailure(error);
      const revision = await revisionNow(options);
      const isQuiet = before === (await stampTree(directory)).text;
      if (isQuiet || signal.aborted) return { type: "failed", failure, revision };
      if (before !== undefined) await sleep(settings.settleMs, signal);
    }
  }
}

/** Returns the failure of a manifest whose names do not suit the files of the folder. */
async function findRefused(
  { context, name, directory }: InstanceOptions,
  { policy, modules, moduleOptions: { entry } }:
    & Pick<ReadPolicy, "policy">
    & Pick<InstanceCheck, "modules" | "moduleOptions">,
): Promise<Omit<Failure, "atMs" | "revision"> | undefined> {
  const { functionsDirectory } = context.settings;
  const files = sourceFiles({ functionsDirectory, name, entry }, modules);
  try {
    requireDataOnly(files, { directory, names: policy.writable });
    if (modules.watch !== undefined) await requireFew(directory, modules.watch);
  } catch (error) {
    return manifestFailure(error);
  }
}

function revisionNow({ context, name, knownModules }: InstanceOptions): Promise<string> {
  return takeRevision(context.settings, name, knownModules);
}

/** Turns an error in a settings file into a failure; throws any other error. */
function manifestFailure(error: unknown): Omit<Failure, "atMs" | "revision"> {
  if (!(error instanceof ConfigError)) throw error;
  const reason = "The manifest is not valid";
  return { stage: "manifest", isTransient: false, reason, detail: error.message };
}
