import { lstatSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { openDirectory } from "../system/directory_reader.ts";
import { type HeldDirectory, holdDirectory } from "../system/held_path.ts";
import { copyFile, HardLinkError, KEPT_MODE } from "./copy_file.ts";
import { HARD_LINK_PROBLEM } from "./hard_link.ts";

/** Options of {@linkcode copyFolder}. */
export interface FolderCopy {
  /** Absolute path of a directory, not of a link. */
  readonly source: string;
  /** Path that does not exist yet. */
  readonly target: string;
  /** Called for each pipe, socket or device, which are skipped. */
  readonly onSkip: (path: string) => void;
  readonly signal: AbortSignal;
}

/** A folder can't be copied; the message says why and what to do. */
export class CopyError extends Error {
  override readonly name = "CopyError";
}

/** Each level keeps a descriptor open. */
const MAX_DEPTH = 100;

/**
 * Copies a folder as root without trusting its content, which may change meanwhile. The copy belongs
 * to this process's user, others can't write to it, and nothing in it is set-user-ID. Copies links
 * as links and never reads through one.
 *
 * @throws {CopyError} naming the file that could not be copied
 */
export async function copyFolder(options: FolderCopy): Promise<void> {
  const { source, onSkip, signal } = options;
  const yieldToEventLoop = createYieldToEventLoop();
  using root = explained(source, () => holdDirectory(source));
  await copyLevel(root, { path: source, target: options.target, depth: 0 });

  interface Level {
    /** Original path, for messages. */
    readonly path: string;
    readonly target: string;
    readonly depth: number;
  }

  /** An entry, by its open directory. */
  interface Entry {
    readonly path: string;
    readonly directory: Stats;
  }

  async function copyLevel(held: HeldDirectory, { path, target, depth }: Level): Promise<void> {
    if (depth > MAX_DEPTH) {
      throw new CopyError(
        `"${path}" is nested more than ${MAX_DEPTH} levels deep. Reduce the nesting`,
      );
    }
    Deno.mkdirSync(target, { mode: 0o700 });
    const directory = explained(path, () => statSync(held.path));
    using reader = openDirectory(held.path);
    if (reader === undefined) {
      throw new CopyError(`"${path}" changed while it was copied. Try again`);
    }
    for (let piece = await reader.next(); piece.length > 0; piece = await reader.next()) {
      for (const { name } of piece) {
        await yieldToEventLoop();
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

/** Returns the error with the user's path instead of the descriptor's. */
function explain(path: string, error: unknown): CopyError {
  if (error instanceof CopyError) return error;
  if (error instanceof HardLinkError) return new CopyError(`"${path}" ${HARD_LINK_PROBLEM}`);
  const { code, message } = error as Error & { readonly code?: string };
  switch (code) {
    case "EACCES":
    case "EPERM":
      return new CopyError(`"${path}" can't be read. Run the command with sudo, or chmod the file`);
    case "ENOENT":
    case "ENOTDIR":
    case "ELOOP":
      return new CopyError(
        path.includes("\ufffd")
          ? `"${path}" has a name that is not UTF-8. Rename it`
          : `"${path}" changed while it was copied. Try again`,
      );
    case "ENOSPC":
    case "EDQUOT":
      return new CopyError("no space left on the disk. Free some space and try again");
    default:
      return new CopyError(`"${path}": ${message}`);
  }
}
