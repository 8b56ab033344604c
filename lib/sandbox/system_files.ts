import type { Permission, Permissions } from "../config/permissions.ts";

/** Directories of libraries, if they exist; with a merged `/usr`, the last two are links. */
export const LIBRARIES: readonly string[] = ["/usr/lib", "/usr/lib64", "/lib", "/lib64"];

/** Time zones, and the targets of links in `/etc/ssl/certs`. */
const DATA: readonly string[] = [
  "/usr/share/zoneinfo",
  "/usr/share/ca-certificates",
  "/usr/local/share/ca-certificates",
];

/** Programs of the host and their files; not `/usr/local/etc`, which may be private. */
const PROGRAMS: readonly string[] = [
  ...["/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/share", "/bin", "/sbin"],
  ...["bin", "sbin", "lib", "libexec", "share"].map((name) => `/usr/local/${name}`),
];

/** Path of the host's setpriv(1) inside every sandbox. */
export const SANDBOX_SETPRIV = "/ddsrv/setpriv";

/** Path of setpriv(1) from util-linux on every distribution. */
export const HOST_SETPRIV = "/usr/bin/setpriv";

/**
 * Returns the paths of the host that a sandbox shows, at the same paths: libraries, time zones and
 * certificates; with `programs` also all that the host's programs and libraries need to run.
 */
export function systemFiles(programs: boolean): readonly string[] {
  return [...LIBRARIES, ...(programs ? PROGRAMS : DATA)];
}

/** Returns true if a function may run programs or load libraries of the host. */
export function needsPrograms({ run, ffi }: Pick<Permissions, "run" | "ffi">): boolean {
  return [run, ffi].some((one: Permission) => one === true || one !== false && one.length > 0);
}

/**
 * Returns libraries that this process has loaded from other directories, by the text of its
 * `/proc/self/maps` (proc_pid_maps(5)). Deno needs the same ones inside the sandbox.
 *
 * @example
 * ```ts
 * import { otherLibraries } from "./system_files.ts"; otherLibraries("7f00-7f01 r-xp 0 08:01 7
 * /nix/store/x/libc.so.6\n"); // ["/nix/store/x/libc.so.6"]
 * ```
 */
export function otherLibraries(maps: string): string[] {
  const found = [...maps.matchAll(/ r-xp .* (\/[^\n]*\.so(?:\.[\d.]+)?)$/gm)].map(([, path]) =>
    path!
  );
  return [...new Set(found)]
    .filter((path) => !LIBRARIES.some((shown) => path.startsWith(`${shown}/`)));
}
