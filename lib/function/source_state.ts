import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { join, relative } from "node:path";
import { changeTimeMs } from "./change_time.ts";
import { createYieldToEventLoop } from "../system/yield_to_event_loop.ts";
import { UntrustedPathError } from "../system/trusted_path.ts";
import { asyncStat, type FileLook } from "./file_look.ts";
import { readFully } from "./contained_file.ts";
import { type HeldFolder, holdFolder, type OpenedFile, openNamedFile } from "./held_folder.ts";

/** Larger files, and files beyond the total, are hashed only by size and time. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_TOTAL_BYTES = 128 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Number of files to open at the same time: most of the looked-for files do not exist. */
const OPEN_AT_ONCE = 16;

/** A cheap fingerprint of a set of files, which differs after any change. */
export interface SourceStamp {
  readonly text: string;
  /** Time of the latest change of content, name or mode, in milliseconds since 1970. */
  readonly changedAtMs: number;
  /** Number of files without content. */
  readonly empty: number;
}

/** Options of {@linkcode stampFiles}. */
export interface StampOptions {
  readonly stat?: FileLook["stat"];
}

/**
 * Computes the fingerprint of some files; a missing file is part of it. Calls stat(2) one file after
 * another, so that a hanging file system blocks only one thread.
 */
export async function stampFiles(
  paths: readonly string[],
  { stat = asyncStat.stat }: StampOptions = {},
): Promise<SourceStamp> {
  const yieldToEventLoop = createYieldToEventLoop();
  const parts: string[] = [];
  let changedAtMs = 0;
  let empty = 0;
  for (const [index, path] of paths.entries()) {
    // Reading the clock costs as much as stat(2).
    const pause = index % 32 === 31 ? yieldToEventLoop() : undefined;
    if (pause !== undefined) await pause;
    const look = lookAt(path, stat);
    const file = look instanceof Promise ? await look : look;
    if (file === undefined) {
      parts.push("-");
      continue;
    }
    const ctimeMs = file.ctime?.getTime() ?? 0;
    changedAtMs = Math.max(changedAtMs, changeTimeMs(file));
    if (file.size === 0) empty++;
    parts.push(`${file.dev}:${file.ino}:${file.size}:${file.mtime?.getTime()}:${ctimeMs}`);
  }
  return { text: parts.join(" "), changedAtMs, empty };
}

/** Returns a regular file; `undefined` for others and on errors, because they can't be read either. */
function lookAt(path: string, stat: FileLook["stat"]): ReturnType<FileLook["stat"]> {
  const onlyFile = (file: Deno.FileInfo | undefined): Deno.FileInfo | undefined =>
    file?.isFile ? file : undefined;
  try {
    const file = stat(path);
    return file instanceof Promise ? file.then(onlyFile, () => undefined) : onlyFile(file);
  } catch {
    return undefined;
  }
}

/**
 * Computes the revision of some files: a SHA-256 over their relative paths and contents, as 64
 * hexadecimal digits. A file that leads out of its function's directory or is not regular counts as
 * missing, because the function can't read it either.
 */
export async function hashFiles(
  functionsDirectory: string,
  paths: readonly string[],
): Promise<string> {
  using folders = createFolders();
  const digests = new Map<string, string>();
  const entries: string[] = [];
  let left = MAX_TOTAL_BYTES;
  for (let from = 0; from < paths.length; from += OPEN_AT_ONCE) {
    await using files = new AsyncDisposableStack();
    const piece = await allOf(
      paths.slice(from, from + OPEN_AT_ONCE).map(async (path) => {
        const below = relative(functionsDirectory, path);
        const root = rootOf(functionsDirectory, below);
        const opened = await folders.open(root, path);
        if (opened.type === "file") files.use(opened.file);
        return { below, root, opened };
      }),
    );
    for (const { below, root, opened } of piece) {
      if (opened.type !== "file") {
        entries.push(`${below}\0-\n`);
        continue;
      }
      const key = join(root ?? "", opened.place);
      let digest = digests.get(key);
      if (digest === undefined) {
        const { size, mtimeMs } = opened.look;
        const isSmall = size <= Math.min(MAX_FILE_BYTES, left);
        digest = isSmall ? await digestFile(opened.file) : `${size}:${mtimeMs}`;
        if (isSmall) left -= size;
        digests.set(key, digest);
      }
      entries.push(`${below}\0${digest}\n`);
    }
  }
  const whole = createHash("sha256");
  for (const entry of entries.sort()) whole.update(entry);
  return whole.digest("hex");
}

/** Waits for all promises, also for those after one that rejects; then throws its error. */
async function allOf<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}

/** Open folders of functions. */
interface Folders extends Disposable {
  /** Opens a file below a function's folder, or, without `root`, a file of the operator. */
  readonly open: (root: string | undefined, path: string) => Promise<OpenedFile>;
}

function createFolders(): Folders {
  const stack = new DisposableStack();
  const held = new Map<string, Promise<HeldFolder | undefined>>();
  return {
    async open(root, path) {
      if (root === undefined) return await openNamedFile(path);
      const folder = held.get(root) ?? holdOptional(root);
      held.set(root, folder);
      return await (await folder)?.open(path) ?? { type: "missing" };
    },
    [Symbol.dispose]: () => stack.dispose(),
  };

  async function holdOptional(root: string): Promise<HeldFolder | undefined> {
    try {
      return stack.use(await holdFolder(root));
    } catch (error) {
      const { code } = error as { readonly code?: string };
      const isAbsent = error instanceof UntrustedPathError || code === "ENOENT" ||
        code === "ENOTDIR" || code === "ELOOP";
      if (!isAbsent) throw error;
      return undefined;
    }
  }
}

/** Returns the folder that must contain a file; `undefined` for files of the operator. */
function rootOf(functionsDirectory: string, below: string): string | undefined {
  const [first = "", ...rest] = below.split("/");
  return rest.length === 0 || first === ".." ? undefined : join(functionsDirectory, first);
}

async function digestFile(file: FileHandle): Promise<string> {
  const digest = createHash("sha256");
  const bytes = new Uint8Array(CHUNK_BYTES);
  for (let left = MAX_FILE_BYTES; left > 0;) {
    const length = await readFully(file, bytes);
    digest.update(bytes.subarray(0, length));
    if (length < bytes.length) break;
    left -= length;
  }
  return digest.digest("hex");
}
