/** Path of the control socket of a supervisor that runs as root. */
export const SYSTEM_SOCKET = "/run/ddsrv/ddsrv.sock";

/**
 * Returns the default path of the control socket. Imports nothing: `ddsrv ls` and the completion of
 * names, which must start fast, need no other setting. Source: XDG Base Directory Specification.
 *
 * @example
 * ```ts
 * import { defaultSocket } from "./default_socket.ts";
 * defaultSocket(1000, { XDG_RUNTIME_DIR: "/run/user/1000" }); // "/run/user/1000/ddsrv/ddsrv.sock"
 * ```
 */
export function defaultSocket(
  uid: number | null,
  environment: Readonly<Record<string, string>>,
): string {
  return uid === 0 ? SYSTEM_SOCKET : `${userRuntimeDirectory(uid, environment)}/ddsrv.sock`;
}

/** Returns the directory of small files of an ordinary user's supervisor, while it runs. */
export function userRuntimeDirectory(
  uid: number | null,
  { XDG_RUNTIME_DIR }: Readonly<Record<string, string>>,
): string {
  return XDG_RUNTIME_DIR?.startsWith("/")
    ? `${XDG_RUNTIME_DIR.replace(/\/+$/, "")}/ddsrv`
    : fixedDirectory(uid);
}

/** Returns the directory of an ordinary user that is the same in each environment. */
export function fixedDirectory(uid: number | null): string {
  return `/tmp/ddsrv-${uid ?? 0}`;
}
