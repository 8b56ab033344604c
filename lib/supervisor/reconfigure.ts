import { isDeepStrictEqual } from "node:util";
import { settingsFor } from "../config/settings_for.ts";
import { readFunctionPolicy } from "../function/manifest.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { FunctionState } from "./state.ts";
import type { SupervisorContext } from "./supervisor_context.ts";
import { valuesOf } from "./variable_store.ts";

type PolicyContext = Pick<SupervisorContext, "settings" | "variables">;

/**
 * Calls `reload` for each function that the present settings concern: its instance serves with
 * another policy, it is idle, or its manifest or its check failed.
 */
export async function reconfigure(
  context: PolicyContext,
  { states, policyOf, reload }: {
    readonly states: ReadonlyMap<string, FunctionState>;
    /** The policy of an instance, while it is ready. */
    readonly policyOf: (instanceId: number) => FunctionPolicy | undefined;
    readonly reload: (name: string) => void;
  },
): Promise<void> {
  for (const [name, state] of [...states]) {
    const policy = state.serving && policyOf(state.serving.id);
    const { stage } = state.failure ?? {};
    const isConcerned = policy === undefined
      ? state.isIdle || stage === "manifest" || stage === "check"
      : !await hasPolicy(context, { ...state, policy });
    if (isConcerned) reload(name);
  }
}

/** Returns true if a function would start with this very policy now. */
async function hasPolicy(
  { settings, variables: store }: PolicyContext,
  { name, directory, policy }: Pick<FunctionState, "name" | "directory"> & {
    readonly policy: FunctionPolicy;
  },
): Promise<boolean> {
  try {
    const variables = valuesOf(await store.read(name));
    const own = settingsFor(settings, name);
    const present = await readFunctionPolicy(directory, own, { variables });
    return isDeepStrictEqual(present.policy, policy);
  } catch {
    // The next start reports what is wrong with the manifest.
    return false;
  }
}
