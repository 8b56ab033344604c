import { dirname, join } from "node:path";
import type { CheckLevel } from "../config/check_level.ts";
import type { Settings } from "../config/settings.ts";
import { readContainedTextFile } from "../function/contained_file.ts";
import { NPMRC_FILE } from "../function/layout.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import { findNativeCompiler } from "../sandbox/native_compiler.ts";
import { holdTrustedPath, UntrustedPathError } from "../system/trusted_path.ts";
import { atLevel } from "./at_level.ts";
import { checkFunction, type CheckOptions, type CheckResult } from "./check.ts";
import { directPlace } from "./direct_place.ts";
import { referredVariables } from "./npmrc.ts";

/** Options of {@linkcode checkDirectly}. */
export interface DirectCheck
  extends Pick<CheckOptions, "bounds" | "isColoured" | "knownLock" | "onLook" | "signal"> {
  readonly directory: string;
  readonly level: CheckLevel;
  readonly moduleOptions: ModuleOptions;
  /** Variables of the function, to which its `.npmrc` may refer. */
  readonly variables: Readonly<Record<string, string>>;
  /** Module cache; the caller's own when left out. */
  readonly cacheDirectory?: string | undefined;
  /** Runs at low CPU priority; `false` when left out. */
  readonly isNice?: boolean;
}

/**
 * Checks a function with the rights and the network of the supervisor, like `deno check` on the
 * command line. The folder must belong to the supervisor's user, because its configuration can make
 * Deno read any file that the supervisor may read.
 */
export async function checkDirectly(
  settings: Pick<Settings, "functionsDirectory">,
  options: DirectCheck,
): Promise<CheckResult> {
  const { directory, moduleOptions, cacheDirectory, level, bounds, isNice } = options;
  const problem = await foreignOwner(directory);
  if (problem !== undefined) return { diagnostics: problem, modules: [] };
  const npmrc = await readContainedTextFile(directory, join(directory, NPMRC_FILE))
    .catch(() => undefined);
  const variables = referredVariables(npmrc ?? "", options.variables);
  const deno = moduleOptions.deno?.path;
  const compiler = await findNativeCompiler();
  const place = directPlace({
    directory,
    cacheDirectory,
    bounds,
    isNice,
    variables,
    compiler,
    deno,
  });
  // The user may never have used Deno before.
  await Deno.mkdir(place.cache.host, { recursive: true });
  const result = await checkFunction({
    ...options,
    ...moduleOptions,
    // Deno would write missing modules into the folder.
    isVendored: false,
    functionsDirectory: settings.functionsDirectory,
    realDirectory: await Deno.realPath(directory),
    checkTypes: level === "types",
    place,
  });
  return atLevel(result, level);
}

async function foreignOwner(directory: string): Promise<string | undefined> {
  const own = Deno.uid();
  // Windows has no such user ids.
  if (own === null) return undefined;
  try {
    using folder = await holdTrustedPath(directory);
    const { uid } = await folder.stat();
    if (uid !== own) {
      return `"${directory}" belongs to user ${uid}, but ddsrv runs as user ${own}. ${REMEDY}`;
    }
    return own === ROOT ? await foreignParent(folder.place()) : undefined;
  } catch (error) {
    if (error instanceof UntrustedPathError) return `${error.message}. ${REMEDY}`;
    throw error;
  }
}

/** The owner of a parent directory could replace root's folder during the check. */
async function foreignParent(place: string): Promise<string | undefined> {
  for (let path = dirname(place);; path = dirname(path)) {
    const { uid } = await Deno.lstat(path);
    if (uid !== ROOT) {
      return `User ${uid} owns "${path}" and can replace "${place}", but this is root. ${REMEDY}`;
    }
    if (path === dirname(path)) return undefined;
  }
}

const ROOT = 0;

const REMEDY =
  "Without isolation, ddsrv checks only your own folders. Choose --isolation=full or rootless, " +
  "or change the owner";
