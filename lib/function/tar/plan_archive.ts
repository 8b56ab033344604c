import type { Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { IgnoreRules } from "../ignored_files.ts";
import { isInnerLink, parseEntryPath } from "./entry_path.ts";
import { formatHeader, type HeaderOptions, paddingOf } from "./format_header.ts";
import { BLOCK } from "./header.ts";
import { TAR_LIMITS, type TarLimits } from "./read_tar.ts";
import { TarError } from "./tar_error.ts";

/** An archive to write. */
export interface ArchivePlan {
  /** Paths in the folder; directories before their content, otherwise sorted by name. */
  readonly entries: readonly HeaderOptions[];
  /** Size of the whole archive. */
  readonly bytes: number;
}

/** Options of {@linkcode planArchive}. */
export interface PlanOptions {
  readonly rules: IgnoreRules;
  readonly limits?: TarLimits;
  readonly signal: AbortSignal;
}

/**
 * Everything is in one top directory, so that the reader never takes another one for the folder. Its
 * name does not count, because `ddsrv add --name` gives another one.
 */
const TOP = "function";

const REMEDY = "Write what the function does not need to .ddsrvignore";

/** The directory that has all entries. */
export const TOP_ENTRY: HeaderOptions = { path: `${TOP}/`, type: "directory" };

/** Returns an entry with its path in the archive. */
export function inTop(entry: HeaderOptions): HeaderOptions {
  return { ...entry, path: `${TOP}/${entry.path}` };
}

/**
 * Lists what an archive of a folder contains, without opening a file. Follows no link.
 *
 * @throws {TarError} if the server would refuse the archive: a pipe, a link that leads out of the
 * folder, a name with control characters, too many or too large files
 */
export async function planArchive(
  folder: string,
  { rules, limits = TAR_LIMITS, signal }: PlanOptions,
): Promise<ArchivePlan> {
  const entries: HeaderOptions[] = [];
  // Two zero blocks end an archive.
  let bytes = 2 * BLOCK;
  let content = 0;

  async function visit(directory: string, depth: number): Promise<void> {
    const found = await readdir(join(folder, directory), { withFileTypes: true });
    found.sort((a, b) => a.name < b.name ? -1 : 1);
    for (const { name } of found) {
      signal.throwIfAborted();
      const path = directory === "" ? name : `${directory}/${name}`;
      const file = await look(path);
      if (rules.isIgnored(path, file.isDirectory() ? "directory" : "file")) continue;
      parseEntryPath(`${TOP}/${path}`);
      if (file.isDirectory()) {
        add({ path: `${path}/`, type: "directory" });
        await visit(path, depth + 1);
      } else if (file.isSymbolicLink()) {
        const target = (await readlink(join(folder, path))).replaceAll("\\", "/");
        if (!isInnerLink(target, depth)) {
          throw new TarError(
            `the link ${JSON.stringify(path)} leads out of it, to ${JSON.stringify(target)}. ` +
              "Replace it with the file itself, or write its name to .ddsrvignore",
          );
        }
        add({ path, type: "link", target });
      } else if (file.isFile()) {
        const isExecutable = (file.mode & 0o100) !== 0;
        add({ path, type: "file", size: file.size, isExecutable });
      } else {
        throw new TarError(
          `${JSON.stringify(path)} is a pipe, a socket or a device. Remove it, or write its name ` +
            "to .ddsrvignore",
        );
      }
    }
  }

  async function look(path: string): Promise<Stats> {
    try {
      return await lstat(join(folder, path));
    } catch (error) {
      const { code, message } = error as Error & { readonly code?: string };
      if (code !== "ENOENT") throw error;
      const shown = JSON.stringify(path);
      throw new TarError(
        path.includes("\ufffd")
          ? `${shown} has a name that is not UTF-8. Rename it`
          : `${shown} changed meanwhile (${message}). Try again`,
      );
    }
  }

  function add(entry: HeaderOptions): void {
    const size = entry.size ?? 0;
    entries.push(entry);
    content += size;
    bytes += formatHeader(inTop(entry)).length + size + paddingOf(size);
    if (entries.length > limits.maxEntries - 1) {
      throw new TarError(
        `it has more than ${limits.maxEntries - 1} files and directories. ${REMEDY}`,
      );
    }
  }

  bytes += formatHeader(TOP_ENTRY).length;
  await visit("", 0);
  if (content > limits.maxBytes) {
    const largest = entries.toSorted((a, b) => (b.size ?? 0) - (a.size ?? 0))[0]!;
    throw new TarError(
      `it has ${content} bytes, and the limit is ${limits.maxBytes}. ${REMEDY}; the largest file ` +
        `is ${JSON.stringify(largest.path)}, with ${largest.size} bytes`,
    );
  }
  return { entries, bytes };
}
