import { lstatSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { openDirectory } from "../system/directory_reader.ts";
import { type HeldDirectory, holdDirectory } from "../system/held_path.ts";
import { copyFile, HardLinkError, KEPT_MODE } from "./copy_file.ts";
import { HARD_LINK_PROBLEM } from "./hard_link.ts";

/** What is copied. */
export interface FolderCopy {
  /** Absolute path of a directory, and no link to one. */
  readonly source: string;
  /** Path where nothing is. */
  readonly target: string;
  /** Told of each pipe, socket or device: they are left out. */
  readonly onSkip: (path: string) => void;
  readonly signal: AbortSignal;
}

/** A folder that can't be copied; the message says why, and what to do. */
export class CopyError extends Error {
  override readonly name = "CopyError";
}

/** Each level keeps a descriptor open. */
const MAX_DEPTH = 100;

/**
 * Copies a folder for root, who trusts neither its content nor that it stays as it is: the copy
 * belongs to whoever makes it, nobody else may write to it, nothing in it is set-user-ID, links are
 * copied as links, and nothing is read through one that is put in the way meanwhile.
 *
 * @throws {CopyError} naming what could not be copied
 */
export async function copyFolder(options: FolderCopy): Promise<void> {
  const { source, onSkip, signal } = options;
  const breathe = createYieldToEventLoop();
  using root = explained(source, () => holdDirectory(source));
  await copyLevel(root, { path: source, target: options.target, depth: 0 });

  interface Level {
    /** For messages. */
    readonly path: string;
    readonly target: string;
    readonly depth: number;
  }

  /** By the directory that is held, which is as it was found. */
  interface Entry {
    readonly path: string;
    readonly directory: Stats;
  }

  async function copyLevel(held: HeldDirectory, { path, target, depth }: Level): Promise<void> {
    if (depth > MAX_DEPTH) {
      throw new CopyError(`"${path}" is more than ${MAX_DEPTH} folders deep. Make it flatter`);
    }
    Deno.mkdirSync(target, { mode: 0o700 });
    const directory = explained(path, () => statSync(held.path));
    using reader = openDirectory(held.path);
    if (reader === undefined) throw new CopyError(`"${path}" changed while it was copied`);
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const { name } of piece) {
        await breathe();
        signal.throwIfAborted();
        await copyEntry({ path: join(held.path, name), directory }, {
          path: join(path, name),
          target: join(target, name),
          depth: depth + 1,
        });
      }
    }
    const { mode } = explained(path, () => statSync(held.path));
    Deno.chmodSync(target, mode & KEPT_MODE);
  }

  async function copyEntry({ path: entry, directory }: Entry, level: Level): Promise<void> {
    const { path, target } = level;
    try {
      const file = lstatSync(entry);
      if (file.isDirectory()) {
        using held = holdDirectory(entry);
        await copyLevel(held, level);
      } else if (file.isSymbolicLink()) Deno.symlinkSync(Deno.readLinkSync(entry), target);
      else if (!file.isFile()) onSkip(path);
      else if (!await copyFile({ source: entry, target, directory, signal })) onSkip(path);
    } catch (error) {
      signal.throwIfAborted();
      throw explain(path, error);
    }
  }
}

function explained<Value>(path: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw explain(path, error);
  }
}

/** The error, with the path that people know in place of the descriptor's. */
function explain(path: string, error: unknown): CopyError {
  if (error instanceof CopyError) return error;
  if (error instanceof HardLinkError) return new CopyError(`"${path}" ${HARD_LINK_PROBLEM}`);
  const { code, message } = error as Error & { readonly code?: string };
  switch (code) {
    case "EACCES":
    case "EPERM":
      return new CopyError(`"${path}" may not be read. Run it with sudo, or chmod it`);
    case "ENOENT":
    case "ENOTDIR":
    case "ELOOP":
      return new CopyError(
        path.includes("\ufffd")
          ? `"${path}" has a name that is not UTF-8. Rename it`
          : `"${path}" changed while it was copied. Add it again`,
      );
    case "ENOSPC":
    case "EDQUOT":
      return new CopyError("there is no space left. Make room on that disk and add it again");
    default:
      return new CopyError(`"${path}": ${message}`);
  }
}
