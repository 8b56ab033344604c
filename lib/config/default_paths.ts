import { join } from "node:path";
import { defaultSocket, fixedDirectory, userRuntimeDirectory } from "./default_socket.ts";
import { LOG_SETTINGS } from "./log_settings.ts";
import { SERVER_SETTINGS } from "./server_settings.ts";

/** Paths whose default depends on the user. */
export interface DefaultPaths {
  readonly socket: string;
  readonly logsDirectory: string;
  readonly stateDirectory: string;
  /** Directory of locks and small files of a running supervisor; no setting changes it. */
  readonly runtimeDirectory: string;
  /** Directory of locks that only one supervisor of this user may hold, in every environment. */
  readonly lockDirectory: string;
}

/**
 * Returns the default paths: those of the system for root, and for other users paths of their own.
 * Source: XDG Base Directory Specification.
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
      socket: defaultSocket(uid, environment),
      logsDirectory: LOG_SETTINGS.logsDirectory.default,
      stateDirectory: SERVER_SETTINGS.stateDirectory.default,
      runtimeDirectory: "/run/ddsrv",
      lockDirectory: "/run/ddsrv/locks",
    };
  }
  const { HOME = "/tmp", XDG_STATE_HOME } = environment;
  const state = XDG_STATE_HOME?.startsWith("/") ? XDG_STATE_HOME : join(HOME, ".local/state");
  const stateDirectory = join(state, "ddsrv");
  return {
    socket: defaultSocket(uid, environment),
    logsDirectory: join(stateDirectory, "logs"),
    stateDirectory,
    runtimeDirectory: userRuntimeDirectory(uid, environment),
    // Not below XDG_RUNTIME_DIR, which a login has and cron has not: all supervisors must meet here.
    lockDirectory: join(fixedDirectory(uid), "locks"),
  };
}

/**
 * Returns the default control sockets of a user, in this environment and in others: a systemd session
 * sets XDG_RUNTIME_DIR, and cron does not.
 *
 * @example
 * ```ts
 * import { defaultSockets } from "./default_paths.ts";
 * defaultSockets(0, {}); // ["/run/ddsrv/ddsrv.sock"]
 * ```
 */
export function defaultSockets(
  uid: number | null,
  environment: Readonly<Record<string, string>>,
): string[] {
  const directories = [environment.XDG_RUNTIME_DIR, `/run/user/${uid}`, ""];
  const sockets = directories.map((directory) =>
    defaultPaths(uid, { XDG_RUNTIME_DIR: directory ?? "" }).socket
  );
  return [...new Set(sockets)];
}
