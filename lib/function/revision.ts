import { createHash } from "node:crypto";
import { join } from "node:path";
import { isStaticEntry } from "../config/entry_names.ts";
import type { Settings } from "../config/settings.ts";
import { UntrustedPathError } from "../system/trusted_path.ts";
import { findEntry } from "./find_entry.ts";
import { identifyFolder } from "./folder_identity.ts";
import { configurationFiles, ENTRY_FILE } from "./layout.ts";
import { hashFiles } from "./source_state.ts";
import { stampTree } from "./tree_activity.ts";
import {
  findWatchedFiles,
  NOTHING_WATCHED,
  type WatchedFiles,
  type WatchRule,
} from "./watched_files.ts";

/** Modules of a function's graph, as found by a check. */
export interface Modules {
  /** Absolute paths; some of them may not exist. */
  readonly paths: readonly string[];
  /**
   * The graph has all modules. It does not after a failed check: a missing or unreadable module may
   * have imports of its own, so any change in the function's folder needs a new check.
   */
  readonly isComplete: boolean;
  /** Further files of the folder, which its manifest names. */
  readonly watch?: WatchRule | undefined;
}

/** Modules of a function before its first check. */
export const NO_MODULES: Modules = { paths: [], isComplete: true };

/** Where a function's code is, and which file is its entry. */
export interface SourcePlace {
  readonly functionsDirectory: string;
  readonly name: string;
  /** Path relative to the function's folder. */
  readonly entry: string;
}

/** Returns the files that a function's revision covers: entry, configuration and modules. */
export function sourceFiles(
  { functionsDirectory, name, entry }: SourcePlace,
  modules: Modules,
): readonly string[] {
  const own = configurationFiles(functionsDirectory, name, entry);
  return [...new Set([...own, ...modules.paths])];
}

/** Returns the files of {@linkcode sourceFiles}, and those that the manifest names now. */
export async function coveredFiles(
  place: SourcePlace,
  modules: Modules,
): Promise<readonly string[]> {
  return withWatched(sourceFiles(place, modules), await watchedOf(place, modules));
}

/** Adds watched files to others. */
export function withWatched(
  files: readonly string[],
  { files: further }: Pick<WatchedFiles, "files">,
): readonly string[] {
  return further.length === 0 ? files : [...new Set([...files, ...further])];
}

function watchedOf(
  { functionsDirectory, name }: SourcePlace,
  { watch }: Modules,
): Promise<WatchedFiles> | WatchedFiles {
  if (watch === undefined) return NOTHING_WATCHED;
  return findWatchedFiles(join(functionsDirectory, name), watch);
}

/** The settings that decide which files are part of a revision. */
export type RevisionSettings = Pick<Settings, "functionsDirectory" | "entries">;

/** Finds a function's entry for its revision; `index.ts` if its folder has none now. */
export async function findSourcePlace(
  { functionsDirectory, entries }: RevisionSettings,
  name: string,
): Promise<SourcePlace> {
  const entry = await findEntry(join(functionsDirectory, name), entries).then(
    (choice) => choice.type === "found" ? choice.entry : ENTRY_FILE,
    (error) => {
      const isAbsent = error instanceof UntrustedPathError || ABSENT.includes(error.code);
      if (!isAbsent) throw error;
      return ENTRY_FILE;
    },
  );
  return { functionsDirectory, name, entry };
}

/** The folder is not there; hashes then say that its files are missing. */
const ABSENT: readonly unknown[] = ["ENOENT", "ENOTDIR", "ELOOP"];

/** Computes the revision of the files in the function's own folder. */
export async function takeOwnRevision(
  settings: RevisionSettings,
  name: string,
  modules: Modules,
): Promise<string> {
  const { functionsDirectory } = settings;
  const folder = `${join(functionsDirectory, name)}/`;
  const files = await coveredFiles(await findSourcePlace(settings, name), modules);
  return await hashFiles(functionsDirectory, files.filter((file) => file.startsWith(folder)));
}

/** Computes a function's revision: 64 hexadecimal digits. */
export async function takeRevision(
  settings: RevisionSettings,
  name: string,
  modules: Modules,
): Promise<string> {
  const { functionsDirectory } = settings;
  const place = await findSourcePlace(settings, name);
  const watched = await watchedOf(place, modules);
  const files = withWatched(sourceFiles(place, modules), watched);
  const hash = await hashFiles(functionsDirectory, files);
  const folder = join(functionsDirectory, name);
  const more = [
    // A server of static files holds the folder open, and must not keep an old one.
    ...(isStaticEntry(place.entry) ? [await identifyFolder(folder)] : []),
    ...(watched.isTooMany ? ["too many files"] : []),
    ...(modules.isComplete ? [] : [(await stampTree(folder)).text]),
  ];
  if (more.length === 0) return hash;
  const whole = createHash("sha256").update(hash);
  for (const text of more) whole.update(text);
  return whole.digest("hex");
}
