import { join } from "node:path";
import type { Settings } from "./settings.ts";

/** Where things are kept where nobody says otherwise. */
export type DefaultPaths = Pick<
  Settings,
  "socket" | "logsDirectory" | "stateDirectory" | "runtimeDirectory"
>;

/**
 * Places of the system for root, and for anybody else those of their own. Source: XDG Base Directory
 * Specification.
 *
 * @example
 * ```ts
 * import { defaultPaths } from "./default_paths.ts";
 * defaultPaths(1000, { HOME: "/home/ann" }).stateDirectory; // "/home/ann/.local/state/ddsrv"
 * ```
 */
export function defaultPaths(
  uid: number | null,
  environment: Readonly<Record<string, string>>,
): DefaultPaths {
  if (uid === 0) {
    return {
      socket: "/run/ddsrv/ddsrv.sock",
      logsDirectory: "/opt/logs",
      stateDirectory: "/var/lib/ddsrv",
      runtimeDirectory: "/run/ddsrv",
    };
  }
  const { HOME = "/tmp", XDG_RUNTIME_DIR, XDG_STATE_HOME } = environment;
  const runtimeDirectory = XDG_RUNTIME_DIR?.startsWith("/")
    ? join(XDG_RUNTIME_DIR, "ddsrv")
    : `/tmp/ddsrv-${uid ?? 0}`;
  const state = XDG_STATE_HOME?.startsWith("/") ? XDG_STATE_HOME : join(HOME, ".local/state");
  const stateDirectory = join(state, "ddsrv");
  return {
    socket: join(runtimeDirectory, "ddsrv.sock"),
    logsDirectory: join(stateDirectory, "logs"),
    stateDirectory,
    runtimeDirectory,
  };
}
