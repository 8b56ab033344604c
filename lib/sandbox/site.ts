import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isStaticEntry } from "../config/entry_names.ts";
import type { Permissions } from "../config/permissions.ts";
import { OWN_FILES } from "../function/layout.ts";

/** Host path of the directory with the server of static files. */
export const SITE_DIRECTORY: string = fileURLToPath(new URL("site", import.meta.url));

/** Name of its main module. */
export const SITE_SERVER = "server.js";

/** Static files to serve, as `site/server.js` reads it from its argument. */
export interface Site {
  /** Path of the function's folder, which no link may leave. */
  readonly folder: string;
  /** Directory of the `index.html`: the folder, or one in it. */
  readonly root: string;
  /** Pages that do not exist get the `index.html` of the root. */
  readonly isSpa: boolean;
  /** Paths in the folder that are not served, besides names that begin with a dot. */
  readonly hidden: readonly string[];
}

/** Options of {@linkcode siteOf}. */
export interface SiteOptions {
  /** Path of the function's folder, as its process sees it. */
  readonly directory: string;
  readonly entry: string;
  readonly isSpa: boolean;
  /** Paths of env files, relative to the folder. */
  readonly envFiles: readonly string[];
}

/** Returns the static files of a function; `undefined` if its entry is a module. */
export function siteOf({ directory, entry, isSpa, envFiles }: SiteOptions): Site | undefined {
  if (!isStaticEntry(entry)) return undefined;
  return {
    folder: directory,
    root: dirname(join(directory, entry)),
    isSpa,
    hidden: [...OWN_FILES, ...envFiles],
  };
}

/**
 * Returns the permissions of the server of static files: to read them, and nothing else. Without a
 * sandbox, `permissionFlags` limits what it may read.
 */
export function sitePermissions(
  { folder }: Site,
  { isSandboxed }: { readonly isSandboxed: boolean },
): Permissions {
  return {
    net: false,
    // A comma separates paths in Deno's flags. The sandbox shows little more than the folder.
    read: isSandboxed && !folder.includes(",") ? [folder] : true,
    write: false,
    env: false,
    sys: false,
    run: false,
    ffi: false,
  };
}
