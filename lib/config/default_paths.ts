import { join } from "node:path";
import type { Settings } from "./settings.ts";

/** Where things are kept where nobody says otherwise. */
export type DefaultPaths = Pick<
  Settings,
  "socket" | "logsDirectory" | "stateDirectory" | "runtimeDirectory" | "lockDirectory"
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
      lockDirectory: "/run/ddsrv/locks",
    };
  }
  const { HOME = "/tmp", XDG_RUNTIME_DIR, XDG_STATE_HOME } = environment;
  const runtimeDirectory = XDG_RUNTIME_DIR?.startsWith("/")
    ? join(XDG_RUNTIME_DIR, "ddsrv")
    : fixedDirectory(uid);
  const state = XDG_STATE_HOME?.startsWith("/") ? XDG_STATE_HOME : join(HOME, ".local/state");
  const stateDirectory = join(state, "ddsrv");
  return {
    socket: join(runtimeDirectory, "ddsrv.sock"),
    logsDirectory: join(stateDirectory, "logs"),
    stateDirectory,
    runtimeDirectory,
    // A login has XDG_RUNTIME_DIR, cron has not: two of a user's supervisors meet all the same.
    lockDirectory: join(fixedDirectory(uid), "locks"),
  };
}

/**
 * Control sockets that a user's supervisors have without a setting, with this environment and with
 * others: a session of systemd has a directory for them, and cron has none.
 *
 * @example
 * ```ts
 * import { usualSockets } from "./default_paths.ts";
 * usualSockets(0, {}); // ["/run/ddsrv/ddsrv.sock"]
 * ```
 */
export function usualSockets(
  uid: number | null,
  environment: Readonly<Record<string, string>>,
): string[] {
  const directories = [environment.XDG_RUNTIME_DIR, `/run/user/${uid}`, ""];
  const sockets = directories.map((directory) =>
    defaultPaths(uid, { XDG_RUNTIME_DIR: directory ?? "" }).socket
  );
  return [...new Set(sockets)];
}

function fixedDirectory(uid: number | null): string {
  return `/tmp/ddsrv-${uid ?? 0}`;
}
