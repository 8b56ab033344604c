import type { Settings } from "../config/settings.ts";
import { openFullIsolation } from "./full.ts";
import type { Isolation, IsolationOptions } from "./isolation.ts";
import { openNoIsolation } from "./none.ts";
import { openRootlessIsolation } from "./rootless.ts";

/**
 * Opens the isolation level of the settings, and never another one.
 *
 * @throws {Error} when the host does not support the level
 */
export async function openIsolation(
  settings: Settings,
  options: IsolationOptions,
): Promise<Isolation> {
  const { isolation: level } = settings;
  switch (level) {
    case "full":
      return await openFullIsolation(settings, options);
    case "rootless":
      return await openRootlessIsolation(settings, options);
    case "none":
      return await openNoIsolation(settings, options);
    default:
      return level satisfies never;
  }
}
