import type { Permission, Permissions } from "../config/permissions.ts";

/** Libraries, as far as the host has them; on hosts with a merged `/usr` the last two are links. */
export const LIBRARIES: readonly string[] = ["/usr/lib", "/usr/lib64", "/lib", "/lib64"];

/** Time zones, and the certificates that files in `/etc/ssl/certs` are links to. */
const DATA: readonly string[] = [
  "/usr/share/zoneinfo",
  "/usr/share/ca-certificates",
  "/usr/local/share/ca-certificates",
];

/** Programs of the host and what they need; not `/usr/local/etc`, which is the host's own affair. */
const PROGRAMS: readonly string[] = [
  ...["/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/share", "/bin", "/sbin"],
  ...["bin", "sbin", "lib", "libexec", "share"].map((name) => `/usr/local/${name}`),
];

/** Path of the host's setpriv(1) inside every sandbox, which runs it first. */
export const SANDBOX_SETPRIV = "/ddsrv/setpriv";

/** Path at which util-linux installs it on every distribution. */
export const HOST_SETPRIV = "/usr/bin/setpriv";

/**
 * Returns the paths of the host that a sandbox shows, at the same paths: libraries, time zones and
 * certificates; with `programs` also all that the host's programs and libraries need to run.
 */
export function systemFiles(programs: boolean): readonly string[] {
  return [...LIBRARIES, ...(programs ? PROGRAMS : DATA)];
}

/** Whether a function may run the host's programs or load its libraries. */
export function needsPrograms({ run, ffi }: Pick<Permissions, "run" | "ffi">): boolean {
  return [run, ffi].some((one: Permission) => one === true || one !== false && one.length > 0);
}

/**
 * Libraries that this process, whose program runs inside too, has loaded from elsewhere, by the
 * text of its `/proc/self/maps` (proc_pid_maps(5)).
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
