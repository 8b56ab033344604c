import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { ENTRY_HINT } from "../function/entry.ts";
import { findEntry } from "../function/find_entry.ts";
import { settingsFor } from "../config/settings_for.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import { NO_MODULES } from "../function/revision.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { adviseOn, withAdvice } from "./advice.ts";
import { checkInstance } from "./instance_check.ts";
import { valuesOf } from "./variable_store.ts";
import type { SupervisorContext } from "./supervisor_context.ts";
import { UntrustedPathError } from "../system/trusted_path.ts";

/** Options of {@linkcode checkSource}. */
export interface CheckSourceOptions {
  /** Name of the directory below the functions directory. */
  readonly name: string;
  /** Name that the function will have; the check fills its module cache. */
  readonly cacheName: string;
  /** Variables that the function will get in addition to those that are set now. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal;
}

/**
 * Checks a directory below the functions directory without starting it. Returns the problem that
 * would prevent a start, or `undefined`.
 */
export async function checkSource(
  context: SupervisorContext,
  { name, cacheName, variables: more, signal }: CheckSourceOptions,
): Promise<string | undefined> {
  const directory = join(context.settings.functionsDirectory, name);
  const variables = { ...valuesOf(await context.variables.read(cacheName)), ...more };
  let read: ReadPolicy;
  let deno: DenoBinary;
  try {
    const settings = settingsFor(context.settings, cacheName);
    read = await readFunctionPolicy(directory, settings, { variables });
    deno = await context.denoOf(read.policy.denoVersion);
    const choice = await findEntry(directory, context.settings.entries);
    if (choice.type === "wrong") return choice.problem;
    if (choice.type === "none") return noFunction(directory, choice.reason);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UntrustedPathError) return error.message;
    throw error;
  }
  const check = await checkInstance({
    name,
    cacheName,
    directory,
    check: read.policy.check,
    envFiles: read.envFiles,
    variables: visibleVariables(read.policy.env, read.policy.permissions.env),
    knownModules: NO_MODULES,
    deno,
    context,
    // Somebody waits for the result.
    isNeeded: () => true,
    signal,
  });
  if (check.problem === undefined) return undefined;
  const { isTransient } = check.problem;
  const advice = adviseOn(check.problem.detail, { name: cacheName, directory, stage: "check" });
  const detail = withAdvice(check.problem.detail, advice);
  return isTransient
    ? `${detail}\nThe host or the network failed, not the code. Try again`
    : detail;
}

function noFunction(directory: string, reason: string): string {
  const hint = reason.includes('"entry"') ? "" : `. ${ENTRY_HINT}`;
  return `"${directory}" is no function: ${reason}${hint}`;
}
