import { ConfigError } from "../config/json_file.ts";
import type { Settings } from "../config/settings.ts";
import { readFunctionPolicy, type ReadPolicy } from "../function/manifest.ts";
import { checkInstance } from "./instance_check.ts";
import type { InstanceOptions, Opened } from "./open_instance.ts";
import { startInstance } from "./start_instance.ts";
import type { Failure } from "./state.ts";

/** Checks a function's source and, if it is needed, starts it: first come those who are waited for. */
export async function openInstance(options: InstanceOptions): Promise<Opened> {
  const { workplace, directory, report, signal, requested, isNeeded } = options;
  const { settings } = workplace;
  const fail = (failure: Omit<Failure, "atMs" | "revision">, revision = requested): Opened =>
    signal.aborted ? { type: "aborted" } : { type: "failed", failure: { ...failure, revision } };
  const asked = await readPolicy(directory, settings);
  if (asked.type === "failed") return fail(asked.failure);
  const { envFiles } = asked;
  const checked = await checkInstance({ ...options, envFiles }).catch(manifestFailure);
  if (signal.aborted) return { type: "aborted" };
  if ("stage" in checked) return fail(checked);
  // The revision is taken over the files as they are now, and so must be what it runs with.
  const current = await readPolicy(directory, settings);
  if (current.type === "failed") return fail(current.failure);
  if (String(current.envFiles) !== String(envFiles)) return await openInstance(options);
  const { policy } = current;
  const { revision, modules, problem, moduleOptions } = checked;
  report.onChecked(revision, modules);
  if (problem !== undefined) return fail({ stage: "check", ...problem }, revision);
  if (revision === options.servedRevision()) return { type: "registered" };
  if (policy.idleMs < Infinity && !isNeeded()) return { type: "registered" };
  return await workplace.starts.run(
    () => startInstance({ ...options, policy, revision, moduleOptions }),
    options,
  );
}

type PolicyResult =
  | { readonly type: "policy" } & ReadPolicy
  | { readonly type: "failed"; readonly failure: Omit<Failure, "atMs" | "revision"> };

async function readPolicy(directory: string, settings: Settings): Promise<PolicyResult> {
  try {
    return { type: "policy", ...await readFunctionPolicy(directory, settings) };
  } catch (error) {
    return { type: "failed", failure: manifestFailure(error) };
  }
}

/** What a settings file that can't be used comes to; any other error is passed on. */
function manifestFailure(error: unknown): Omit<Failure, "atMs" | "revision"> {
  if (!(error instanceof ConfigError)) throw error;
  return { stage: "manifest", reason: "The manifest is not valid", detail: error.message };
}
