import { dirname, join, relative } from "node:path";
import { openFolderReader } from "./contained_file.ts";
import { chooseDependencies, linkedDirectories, memberPatterns } from "./dependencies.ts";
import { parseLenientJson } from "./lenient_json.ts";
import { hashFiles } from "./source_state.ts";
import { findWatchedFiles } from "./watched_files.ts";

/** Packages to install for a folder. */
export interface InstallPlan {
  /**
   * Relative paths of the `node_modules` directories that an installation may need: the folder's
   * own first, then those of workspace members.
   */
  readonly places: readonly string[];
  /** SHA-256 of the files that list the packages. */
  readonly digest: string;
}

/** Where the packages and remote modules of a function come from. */
export interface FoundDependencies {
  /** See `Dependencies` of `dependencies.ts`. */
  readonly nodeModules: "none" | "manual";
  readonly isVendored: boolean;
  /** `undefined` if nothing is installed. */
  readonly install: InstallPlan | undefined;
}

/** Options of {@linkcode findDependencies}. */
export interface FindDependenciesOptions {
  /** Real path of the source, if the function's folder is not used. */
  readonly source?: string | undefined;
  /** Path of the function's own lock file below its folder in the functions directory. */
  readonly ownLock?: string | undefined | Promise<string | undefined>;
}

/** Maximum number of workspace members with a `node_modules` of their own. */
const MAX_MEMBERS = 64;

/**
 * Finds out where the packages of a function come from, by the files of its folder. Does not follow
 * a link to `node_modules` or `vendor`, because Deno could write to its target.
 *
 * @throws {ConfigError} if a configuration file is no regular file, leads out of the folder, or is
 * too large
 */
export async function findDependencies(
  functionsDirectory: string,
  name: string,
  { source = join(functionsDirectory, name), ownLock }: FindDependenciesOptions = {},
): Promise<FoundDependencies> {
  using folder = await openFolderReader(source);
  const read = async (file: string): Promise<unknown> => {
    const path = join(source, file);
    return parseLenientJson({ path, text: await folder?.text(path) });
  };
  const [denoJson, packageJson, hasNodeModules, hasVendor] = await Promise.all([
    read("deno.json").then((config) => config ?? read("deno.jsonc")),
    read("package.json"),
    isDirectory(join(source, "node_modules")),
    isDirectory(join(source, "vendor")),
  ]);
  const linked = await Promise.all(
    linkedDirectories(denoJson).map((link) => read(join(link, "package.json"))),
  );
  const linksPackage = linked.some((one) => one !== undefined);
  const chosen = chooseDependencies({
    ...{ denoJson, packageJson, hasNodeModules, hasVendor, linksPackage },
  });
  const { nodeModules, isVendored, isInstalled } = chosen;
  if (!isInstalled) return { nodeModules, isVendored, install: undefined };
  const patterns = memberPatterns({ denoJson, packageJson });
  const { files } = await findWatchedFiles(source, { patterns, except: [] });
  const members = [...new Set(files.map((file) => relative(source, dirname(file))))];
  const listing = [...OWN_LISTINGS, ...linkedDirectories(denoJson).map(packageJsonIn)]
    .map((file) => join(functionsDirectory, name, file))
    .concat(await ownLock ?? []);
  const memberFiles = files.map((file) => join(functionsDirectory, name, relative(source, file)));
  const places = ["", ...members.slice(0, MAX_MEMBERS)].map((one) => join(one, "node_modules"));
  const digest = await hashFiles(functionsDirectory, [...listing, ...memberFiles]);
  return { nodeModules, isVendored, install: { places: [...new Set(places)], digest } };
}

const OWN_LISTINGS = ["deno.json", "deno.jsonc", "package.json", ".npmrc"];

function packageJsonIn(directory: string): string {
  return join(directory, "package.json");
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isDirectory;
  } catch {
    return false;
  }
}
