import { isSame } from "../config/is_same.ts";
import type { Settings } from "../config/settings.ts";
import { readFunctionPolicy } from "../function/manifest.ts";
import type { FunctionPolicy } from "../function/policy.ts";

/** Whether a function would be run with this very policy today. */
export async function hasPolicy(
  directory: string,
  policy: FunctionPolicy,
  settings: Settings,
): Promise<boolean> {
  try {
    return isSame((await readFunctionPolicy(directory, settings)).policy, policy);
  } catch {
    // Why not, its next start says.
    return false;
  }
}
