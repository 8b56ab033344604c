import type { Settings } from "../config/settings.ts";
import { openFullIsolation } from "./full.ts";
import type { Isolation } from "./isolation.ts";
import { openNoIsolation } from "./none.ts";
import { openRootlessIsolation } from "./rootless.ts";

/**
 * Opens the level of isolation that the settings name, and no other.
 *
 * @throws {Error} when the host can't offer it
 */
export async function openIsolation(
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<Isolation> {
  const { isolation: level } = settings;
  switch (level) {
    case "full":
      return await openFullIsolation(settings, onWarning);
    case "rootless":
      return await openRootlessIsolation(settings, onWarning);
    case "none":
      return await openNoIsolation(settings, onWarning);
    default:
      return level satisfies never;
  }
}
