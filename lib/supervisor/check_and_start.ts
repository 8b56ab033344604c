import { ConfigError } from "../config/json_file.ts";
import { settingsFor } from "../config/settings_for.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import { sourceFiles, takeRevision } from "../function/revision.ts";
import { requireDataOnly } from "../function/writable_code.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { stampTree } from "../function/tree_activity.ts";
import { describeUnreadable } from "../function/unreadable_files.ts";
import { requireFew, type WatchRule } from "../function/watched_files.ts";
import { sleep } from "../system/sleep.ts";
import { adviseOn } from "./advice.ts";
import { checkInstance, type InstanceCheck } from "./instance_check.ts";
import type { InstanceOptions, LaunchOutcome } from "./open_instance.ts";
import { startInstance } from "./start_instance.ts";
import type { Failure } from "./state.ts";
import { valuesOf } from "./variable_store.ts";

/** Checks a function's source and starts it if it is needed; urgent functions go first. */
export async function checkAndStart(options: InstanceOptions): Promise<LaunchOutcome> {
  const { context, report, signal, isNeeded } = options;
  const fail = (failure: Omit<Failure, "atMs" | "revision">, revision: string): LaunchOutcome =>
    signal.aborted ? { type: "aborted" } : { type: "failed", failure: { ...failure, revision } };
  if (isNeeded()) context.parked.approach(options.name);
  const asked = await readPolicy(options);
  if (asked.type === "failed") return fail(asked.failure, asked.revision);
  report.onPolicy(asked.policy);
  const { envFiles } = asked;
  const { check, denoVersion, env, permissions } = asked.policy;
  const deno = await context.denoOf(denoVersion).catch(manifestFailure);
  if ("stage" in deno) return fail(deno, await revisionNow(options));
  const variables = visibleVariables(env, permissions.env);
  const watch = watchRuleOf(asked.policy);
  const checked = await checkInstance({ ...options, check, envFiles, variables, watch, deno })
    .catch(manifestFailure);
  if (signal.aborted) return { type: "aborted" };
  if ("stage" in checked) return fail(checked, await revisionNow(options));
  // The check's revision covers the present files, so the policy must come from them too.
  const current = await readPolicy(options);
  if (current.type === "failed") return fail(current.failure, current.revision);
  const { policy } = current;
  const hasChanged = policy.check !== check || policy.denoVersion !== denoVersion ||
    String(current.envFiles) !== String(envFiles) ||
    JSON.stringify(watchRuleOf(policy)) !== JSON.stringify(watch);
  if (hasChanged) return await checkAndStart(options);
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
  if (policy.idleMs < Infinity && !isNeeded()) return { type: "registered" };
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

type PolicyResult =
  | { readonly type: "policy" } & ReadPolicy
  | {
    readonly type: "failed";
    readonly failure: Omit<Failure, "atMs" | "revision">;
    /** Revision of the files that are not valid; the requested files may be back by now. */
    readonly revision: string;
  };

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

/** Returns the rule of the files that a function's manifest watches; `undefined` if there are none. */
function watchRuleOf(
  { watchFiles: patterns, writable }: ReadPolicy["policy"],
): WatchRule | undefined {
  if (patterns.length === 0) return undefined;
  return { patterns, except: writable.map((name) => name.replace(/\/$/, "")) };
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
