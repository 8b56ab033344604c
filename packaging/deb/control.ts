import { SERVER_SETTINGS } from "../../lib/config/server_settings.ts";
import { optionalPrograms, programs } from "../../lib/system/programs.ts";
import type { Architecture } from "./debian_version.ts";

/** Packages that every Debian has; naming them without a version is an error of the package. */
const ESSENTIAL = ["perl-base", "util-linux"];

/** Input of {@linkcode controlText}. */
export interface ControlFacts {
  /** Version of the package. */
  readonly version: string;
  readonly architecture: Architecture;
  /** Size of the installed files in KiB. */
  readonly sizeKib: number;
  /** Lowest version of the C library that Deno runs with, such as `2.27`. */
  readonly glibc: string;
  /** Name and address of who publishes the package, such as `Ann <ann@example.net>`. */
  readonly maintainer: string;
}

/**
 * Returns what the package depends on. Those of optional protections are among them: a package that
 * installs without them would degrade isolation and say so only later.
 */
export function dependencies(glibc: string): string[] {
  const named = [...programs, ...optionalPrograms].map((program) => program.package);
  const wanted = [...new Set(named)].filter((name) => !ESSENTIAL.includes(name));
  return [...wanted, `libc6 (>= ${glibc})`, "libgcc-s1"].sort();
}

/** Returns the control file, see deb-control(5). */
export function controlText(facts: ControlFacts): string {
  const { version, architecture, sizeKib, glibc, maintainer } = facts;
  return `Package: ddsrv
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${sizeKib}
Depends: ${dependencies(glibc).join(", ")}
Section: web
Priority: optional
Description: server that runs each folder as a sandboxed Deno process
 ddsrv (Dynamic Deno Server) watches a directory and serves each folder that has
 an index.ts at http://host:${SERVER_SETTINGS.port.default}/FOLDER. Each folder is a process of its own, in
 its own sandbox: network namespace, user, file system view, system call filter
 and resource limits.
 .
 It type-checks and starts new code before it replaces the old code, restarts
 what fails, keeps logs and metrics, and rolls back to earlier revisions. The
 package contains the Deno that it runs with.
`;
}
