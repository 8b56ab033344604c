import { isStaticEntry } from "../config/entry_names.ts";
import { ConfigError } from "../config/json_file.ts";
import { settingsFor } from "../config/settings_for.ts";
import { requireEntry } from "../function/find_entry.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import { NO_MODULES } from "../function/revision.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { UntrustedPathError } from "../system/trusted_path.ts";
import { checkInstance, type InstanceCheck } from "./instance_check.ts";
import { RunRefused } from "./run_refused.ts";
import type { SupervisorContext } from "./supervisor_context.ts";
import { valuesOf } from "./variable_store.ts";
import { watchRuleOf } from "./watch_rule.ts";

/** Options of {@linkcode checkToRun}. */
export interface CheckToRunOptions {
  readonly name: string;
  readonly directory: string;
  readonly context: SupervisorContext;
  /** Returns a file of the folder to check as if it were the entry; `undefined` for the entry. */
  readonly findFile?: () => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** A passed check, and the policy that it was made with. */
export interface CheckedToRun
  extends
    Pick<ReadPolicy, "policy" | "envFiles">,
    Pick<InstanceCheck, "revision" | "modules" | "lock" | "packages" | "moduleOptions"> {}

/**
 * Reads a function's policy, and checks its present code for a process beside the one that serves.
 * The check fetches its modules, and goes before others.
 *
 * @throws {RunRefused} if a file is not valid, there is no code, or the check fails
 */
export async function checkToRun(options: CheckToRunOptions): Promise<CheckedToRun> {
  try {
    return await check(options);
  } catch (error) {
    const isRefusal = error instanceof ConfigError || error instanceof UntrustedPathError;
    throw isRefusal ? new RunRefused(error.message, { cause: error }) : error;
  }
}

async function check(
  { name, directory, context, findFile, signal }: CheckToRunOptions,
): Promise<CheckedToRun> {
  const { settings } = context;
  const variables = valuesOf(await context.variables.read(name));
  const read = await readFunctionPolicy(directory, settingsFor(settings, name), { variables });
  const { policy, envFiles } = read;
  if (isStaticEntry(await requireEntry(directory, settings.entries))) {
    throw new RunRefused(`"${name}" is a folder of static files, which has no code to run`);
  }
  const entry = await findFile?.();
  context.checks.skipWait(name);
  const checked = await checkInstance({
    name,
    directory,
    entry,
    envFiles,
    check: policy.check,
    variables: visibleVariables(policy.env, policy.permissions.env),
    watch: watchRuleOf(policy),
    deno: await context.denoOf(policy.denoVersion),
    knownModules: NO_MODULES,
    context,
    isUrgent: () => true,
    signal,
  });
  requirePassed(checked);
  return { ...checked, policy, envFiles };
}

function requirePassed({ problem }: InstanceCheck): void {
  if (problem === undefined) return;
  const detail = problem.detail === "" ? "" : `\n${problem.detail}`;
  throw new RunRefused(`${problem.reason}${detail}`);
}
