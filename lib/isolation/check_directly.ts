import { dirname } from "node:path";
import { checkFunction, type CheckResult } from "../check/check.ts";
import { directPlace } from "../check/check_place.ts";
import type { Settings } from "../config/settings.ts";
import { holdTrustedPath, UntrustedPathError } from "../system/trusted_path.ts";
import type { SourceCheck } from "./isolation.ts";

/**
 * A check with the supervisor's own rights and network, as `deno check` by hand. Nothing keeps the
 * folder's configuration from reading what the supervisor may read, so the folder has to be its
 * own.
 */
export async function checkDirectly(
  settings: Pick<Settings, "functionsDirectory" | "checkCode">,
  options: Omit<SourceCheck, "cacheDirectory"> & {
    readonly cacheDirectory?: string | undefined;
    /** Functions of a supervisor go first; `false` when left out. */
    readonly isNice?: boolean;
  },
): Promise<CheckResult> {
  const { directory, moduleOptions, cacheDirectory, bounds, isNice } = options;
  const problem = await foreignOwner(directory);
  if (problem !== undefined) return { diagnostics: problem, modules: [] };
  return await checkFunction({
    ...options,
    ...moduleOptions,
    functionsDirectory: settings.functionsDirectory,
    realDirectory: await Deno.realPath(directory),
    checkTypes: settings.checkCode,
    place: directPlace({ directory, cacheDirectory, bounds, isNice }),
  });
}

async function foreignOwner(directory: string): Promise<string | undefined> {
  const own = Deno.uid();
  // Windows has no users of that kind.
  if (own === null) return undefined;
  try {
    using folder = await holdTrustedPath(directory);
    const { uid } = await folder.stat();
    if (uid !== own) {
      return `"${directory}" belongs to user ${uid}, and this is user ${own}. ${REMEDY}`;
    }
    return own === ROOT ? await foreignParent(folder.place()) : undefined;
  } catch (error) {
    if (error instanceof UntrustedPathError) return `${error.message}. ${REMEDY}`;
    throw error;
  }
}

/** The owner of a parent directory could replace root's folder with another one meanwhile. */
async function foreignParent(place: string): Promise<string | undefined> {
  for (let path = dirname(place);; path = dirname(path)) {
    const { uid } = await Deno.lstat(path);
    if (uid !== ROOT) {
      return `"${place}" can be exchanged by user ${uid}, who owns "${path}", and this is root. ${REMEDY}`;
    }
    if (path === dirname(path)) return undefined;
  }
}

const ROOT = 0;

const REMEDY =
  "Without isolation only a folder of your own is checked. Choose --isolation=full or " +
  "rootless, or make it your own";
