import { join } from "node:path";
import { ConfigError } from "../config/json_file.ts";
import { UntrustedPathError } from "../system/trusted_path.ts";
import { type AbsenceLook, RACY_MS } from "./absent_files.ts";
import { changeTimeMs } from "./change_time.ts";
import { openFolderReader } from "./contained_file.ts";
import { chooseEntry, type EntryChoice, type EntryKind } from "./entry.ts";
import { type EntryFacts, parseEntryFacts } from "./entry_facts.ts";
import type { FileLook } from "./file_look.ts";
import { ENTRY_FILE } from "./layout.ts";

/** Facts of a JSON file. */
interface FileFacts {
  /** A text that changes when the file does; `undefined` if the file may change without it. */
  readonly state: string | undefined;
  readonly facts: EntryFacts;
}

/** Facts of JSON files by name. */
export type KnownFacts = ReadonlyMap<string, FileFacts>;

/** Options of {@linkcode scanEntry}. */
export interface ScanEntryOptions {
  readonly directory: string;
  readonly entries: readonly string[];
  /** Calls stat(2), except for names that are known to be missing. */
  readonly look: AbsenceLook["stat"];
  /** Always calls stat(2). */
  readonly stat: FileLook["stat"];
  /** Facts of the last scan. */
  readonly known: KnownFacts | undefined;
  /** In milliseconds since 1970; the present time when left out. */
  readonly nowMs?: number;
}

/** Result of {@linkcode scanEntry}. */
export interface ScannedEntry {
  readonly choice: EntryChoice;
  /** Facts to pass as `known` next time. */
  readonly facts: KnownFacts | undefined;
}

/**
 * Chooses the entry of a folder in a scan. Reads a JSON file only after it has changed. Follows
 * links out of the folder: a start refuses them, see `findEntry`.
 */
export async function scanEntry(options: ScanEntryOptions): Promise<ScannedEntry> {
  const { directory, entries, look, stat, known, nowMs = Date.now() } = options;
  let facts: Map<string, FileFacts> | undefined;
  const lookAt = (name: string): ReturnType<FileLook["stat"]> =>
    (name === ENTRY_FILE ? stat : look)(join(directory, name));

  async function factsOf(name: string): Promise<EntryFacts> {
    const state = stateOf(await lookAt(name), nowMs);
    const before = known?.get(name);
    const found = state !== undefined && before?.state === state
      ? before
      : { state, facts: await readFacts(directory, name) };
    facts ??= new Map();
    facts.set(name, found);
    return found.facts;
  }

  const choice = await chooseEntry({
    kindOf(path) {
      const file = lookAt(path);
      return file instanceof Promise ? file.then(kindOf) : kindOf(file);
    },
    factsOf,
  }, entries);
  return { choice, facts };
}

function kindOf(file: Deno.FileInfo | undefined): EntryKind {
  if (file === undefined) return "missing";
  return file.isFile ? "file" : "other";
}

async function readFacts(directory: string, name: string): Promise<EntryFacts> {
  const path = join(directory, name);
  try {
    using folder = await openFolderReader(directory);
    const text = await folder?.text(path);
    return text === undefined ? {} : parseEntryFacts({ path, name, text });
  } catch (error) {
    const isExpected = error instanceof ConfigError || error instanceof UntrustedPathError ||
      (error as { readonly code?: string }).code === "EACCES";
    if (!isExpected) throw error;
    return { problem: (error as Error).message };
  }
}

/**
 * Returns a text that changes with the file's content, owner or mode; `undefined` if the file has
 * just changed, because its times may be the same after a further change.
 */
function stateOf(file: Deno.FileInfo | undefined, nowMs: number): string | undefined {
  if (file === undefined) return "";
  if (nowMs - changeTimeMs(file) <= RACY_MS) return undefined;
  const { dev, ino, size, mtime, ctime } = file;
  return `${dev}:${ino}:${size}:${mtime?.getTime()}:${ctime?.getTime()}`;
}
