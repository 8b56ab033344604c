import { lstat, readdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { createRules, type RulesFile } from "./ignore_rules.ts";
import { readPlainTextFile } from "./plain_file.ts";

/** Which files of a folder are neither sent nor watched. */
export interface IgnoreRules {
  /**
   * Returns true for an ignored file, and for a file in an ignored directory. The path is relative to
   * the folder, with `/` (on Windows also `\`). A symbolic link is a `file`, as in git.
   *
   * @throws {RangeError} if the path leads out of the folder
   */
  readonly isIgnored: (path: string, kind: "file" | "directory") => boolean;
}

/** Options of {@linkcode readIgnoreRules}. */
export interface IgnoreOptions {
  /** Patterns in addition to {@linkcode DEFAULT_PATTERNS}. */
  readonly patterns?: readonly string[];
  /** Ignore files above the folder do not count. */
  readonly isAlone?: boolean;
  readonly os?: typeof Deno.build.os;
}

/** Ignored unless `.ddsrvignore` includes them again, such as with `!node_modules`. */
export const DEFAULT_PATTERNS: readonly string[] = [".git", ".env", "node_modules"];

const GIT_FILE = ".gitignore";
const OWN_FILE = ".ddsrvignore";

const MAX_FILE_BYTES = 256 * 1024;
const MAX_ENTRIES = 200_000;
const MAX_DEPTH = 100;
/** Directories above the folder in which its git repository may begin. */
const MAX_PARENTS = 32;

/**
 * Reads which files of a folder are ignored. The last pattern that matches decides, in this order:
 * each `.gitignore` from the top of the git repository down to the file's directory; the defaults;
 * the folder's `.ddsrvignore`. If the repository ignores the whole folder, the files above it do not
 * count. Source: gitignore(5); upper and lower case differ on each system.
 *
 * Reads no ignored directory and follows no link.
 *
 * @throws {ConfigError} if an ignore file is not a regular file or is too large, or if the folder has
 * too many files or levels
 */
export async function readIgnoreRules(
  directory: string,
  { patterns = [], isAlone = false, os = Deno.build.os }: IgnoreOptions = {},
): Promise<IgnoreRules> {
  const folder = resolve(directory);
  const parents = isAlone ? NO_PARENTS : await readParents(folder, os);
  const own = [
    { base: "", text: [...DEFAULT_PATTERNS, ...patterns].join("\n") },
    { base: "", text: await readRules(join(folder, OWN_FILE)) },
  ];
  const { base } = parents;
  const rules = createRules(parents.files, own.map((file) => ({ ...file, base })));
  const at = (path: string, kind: "file" | "directory"): string =>
    `${base === "" ? "" : `${base}/`}${path}${kind === "directory" ? "/" : ""}`;
  await readNested(folder, async (path, names) => {
    if (names.includes(GIT_FILE)) {
      const text = await readRules(join(folder, path, GIT_FILE));
      rules.add({ base: [base, path].filter((part) => part !== "").join("/"), text });
    }
    return (name) => !rules.ignores(at(path === "" ? name : `${path}/${name}`, "directory"));
  });
  return {
    isIgnored(path, kind) {
      const inner = normalize(path, os);
      return inner !== "" && rules.ignores(at(inner, kind));
    },
  };
}

interface Parents {
  /** The folder, relative to the top of its repository. */
  readonly base: string;
  /** From the top downwards, without the folder itself. */
  readonly files: readonly RulesFile[];
}

const NO_PARENTS: Parents = { base: "", files: [] };

/** Reads the ignore files of the repository above a folder. */
async function readParents(folder: string, os: typeof Deno.build.os): Promise<Parents> {
  const directories: string[] = [];
  for (let at = folder; directories.length <= MAX_PARENTS; at = dirname(at)) {
    directories.unshift(at);
    if (await exists(join(at, ".git"))) break;
    if (dirname(at) === at || directories.length > MAX_PARENTS) return NO_PARENTS;
  }
  const [top, ...below] = directories as [string, ...string[]];
  const baseOf = (path: string): string => normalize(relative(top, path), os);
  if (below.length === 0) return NO_PARENTS;
  const files: RulesFile[] = [];
  for (const path of directories.slice(0, -1)) {
    files.push({ base: baseOf(path), text: await readRules(join(path, GIT_FILE)) });
  }
  const base = baseOf(folder);
  return createRules(files, []).ignores(`${base}/`) ? NO_PARENTS : { base, files };
}

/** Visits a directory with the names of its entries; returns which subdirectories to visit. */
type Visit = (path: string, names: readonly string[]) => Promise<(name: string) => boolean>;

async function readNested(folder: string, visit: Visit): Promise<void> {
  let left = MAX_ENTRIES;
  const visitBelow = async (path: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) {
      throw new ConfigError(`"${path}" is nested more than ${MAX_DEPTH} levels deep`);
    }
    const entries = await readEntries(join(folder, path));
    left -= entries.length;
    if (left < 0) {
      throw new ConfigError(
        `"${folder}" has more than ${MAX_ENTRIES} files. Name the directory of one function, or ` +
          `write the patterns of other files to ${OWN_FILE}`,
      );
    }
    const isWanted = await visit(path, entries.map(({ name }) => name));
    for (const entry of entries) {
      if (!entry.isDirectory() || !isWanted(entry.name)) continue;
      await visitBelow(path === "" ? entry.name : `${path}/${entry.name}`, depth + 1);
    }
  };
  await visitBelow("", 0);
}

/** Returns nothing for a directory that is gone or unreadable: it has no files to send or watch. */
async function readEntries(path: string): Promise<Awaited<ReturnType<typeof listDirectory>>> {
  try {
    return await listDirectory(path);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(code ?? "")) return [];
    throw error;
  }
}

function listDirectory(path: string) {
  return readdir(path, { withFileTypes: true });
}

async function readRules(path: string): Promise<string> {
  return await readPlainTextFile(path, { maxBytes: MAX_FILE_BYTES }) ?? "";
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

/** Returns the path with `/`, without `.`, and without a slash at its end. */
function normalize(path: string, os: typeof Deno.build.os): string {
  const slashed = os === "windows" ? path.replaceAll("\\", "/") : path;
  const names = slashed.split("/").filter((name) => name !== "" && name !== ".");
  if (!slashed.startsWith("/") && !names.includes("..")) return names.join("/");
  throw new RangeError(`The path ${JSON.stringify(path)} is not inside the folder`);
}
