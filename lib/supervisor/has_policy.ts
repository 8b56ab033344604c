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
    const now = await readFunctionPolicy(directory, settings);
    return write(now.policy) === write(policy);
  } catch {
    // Why not, its next start says.
    return false;
  }
}

/** Numbers without an end are none in JSON. */
function write(policy: FunctionPolicy): string {
  return JSON.stringify(policy, (_, part) => part === Infinity ? "Infinity" : part);
}
