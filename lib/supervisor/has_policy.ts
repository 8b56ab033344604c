import { isDeepStrictEqual } from "node:util";
import { readFunctionPolicy } from "../function/manifest.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { FunctionState } from "./state.ts";
import { valuesOf } from "./variable_store.ts";
import type { SupervisorContext } from "./supervisor_context.ts";

/** Whether a function would be run with this very policy today. */
export async function hasPolicy(
  { settings, variables: store }: Pick<SupervisorContext, "settings" | "variables">,
  { name, directory, policy }: Pick<FunctionState, "name" | "directory"> & {
    readonly policy: FunctionPolicy;
  },
): Promise<boolean> {
  try {
    const variables = valuesOf(await store.read(name));
    const today = await readFunctionPolicy(directory, settings, { variables });
    return isDeepStrictEqual(today.policy, policy);
  } catch {
    // Why not, its next start says.
    return false;
  }
}
