import { closeSync, constants, fstatSync, openSync, read, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CODE_DATABASES, LOG_SUFFIX } from "../sandbox/code_cache.ts";
import { SANDBOX_CACHE } from "../sandbox/sandbox_paths.ts";
import { isDiskFull } from "../system/disk_room.ts";
import { linuxFiles } from "../system/linux_files.ts";

/** Result of {@linkcode collectCode}. */
export type CollectedCode =
  /** The files are complete copies. */
  | { readonly type: "copied" }
  /** The databases changed meanwhile, or the process has ended: nothing of use was copied. */
  | { readonly type: "unsettled" }
  /** The databases are larger than the limit. */
  | { readonly type: "large"; readonly bytes: number }
  /** The disk would be full after the copy. */
  | { readonly type: "full" }
  /** Databases are missing, or are not plain files. */
  | { readonly type: "unusable" };

/** Options of {@linkcode collectCode}. */
export interface CollectCodeOptions {
  /** Process in the sandbox, as this process sees it. */
  readonly pid: number;
  /** Returns false once the process has ended, when another one may have its number. */
  readonly isRunning: () => boolean;
  /** An empty directory that only this process's user may write. */
  readonly target: string;
  /** Maximum of all files together. */
  readonly maxBytes: number;
  /** Path of the databases in the process's root. */
  readonly cache?: string;
}

const CHUNK_BYTES = 1024 * 1024;

const readFile = promisify(read);

/**
 * Copies the databases of a running function's private cache as opaque bytes, with an empty log
 * where a database has none. The function can write to them at any moment and put anything in their
 * place, so each is opened without following links or waiting, must be a plain file of that
 * directory, and must have the same size and times before and after the copy.
 */
export async function collectCode(options: CollectCodeOptions): Promise<CollectedCode> {
  const { pid, isRunning, target, maxBytes, cache = SANDBOX_CACHE } = options;
  using directory = openBelowRoot(pid, cache);
  if (directory === undefined || !isRunning()) return { type: "unsettled" };
  using stack = new DisposableStack();
  const files: { readonly name: string; readonly file: PlainFile | undefined }[] = [];
  for (const database of CODE_DATABASES) {
    const main = openPlain(directory, database);
    if (main === undefined || main === "other") return { type: "unusable" };
    stack.use(main);
    const log = openPlain(directory, `${database}${LOG_SUFFIX}`);
    if (log === "other") return { type: "unusable" };
    if (log !== undefined) stack.use(log);
    files.push(
      { name: database, file: main },
      { name: `${database}${LOG_SUFFIX}`, file: log },
    );
  }
  const bytes = files.reduce((sum, { file }) => sum + (file?.stat().size ?? 0), 0);
  if (bytes > maxBytes) return { type: "large", bytes };
  if (await isDiskFull(target, bytes)) return { type: "full" };
  const before = files.map(({ file }) => file && stampOf(file.stat()));
  for (const { name, file } of files) {
    await copyBytes(file, { path: join(target, name), size: file?.stat().size ?? 0 });
  }
  if (!isRunning()) return { type: "unsettled" };
  const after = files.map(({ file }) => file && stampOf(file.stat()));
  return String(before) === String(after) ? { type: "copied" } : { type: "unsettled" };
}

interface OpenDirectory extends Disposable {
  /** Path of the open directory in this process. */
  readonly path: string;
}

/** Opens a directory in a process's root, without following links below that. */
function openBelowRoot(pid: number, path: string): OpenDirectory | undefined {
  if (linuxFiles === undefined) return undefined;
  let root: number;
  try {
    root = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return undefined;
  }
  const below = new TextEncoder().encode(path.slice(1));
  const descriptor = linuxFiles.openBelow(root, below, {});
  closeSync(root);
  if (descriptor < 0) return undefined;
  const { close } = linuxFiles;
  return { path: `/proc/self/fd/${descriptor}`, [Symbol.dispose]: () => close(descriptor) };
}

interface PlainFile extends Disposable {
  readonly descriptor: number;
  readonly stat: () => Stats;
}

/** Opens a file of the directory; `undefined` if there is none, `other` if it is not a plain file. */
function openPlain(
  directory: OpenDirectory,
  name: string,
): PlainFile | "other" | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let descriptor: number;
  try {
    descriptor = openSync(join(directory.path, name), flags);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "other";
  }
  const stat = fstatSync(descriptor);
  if (!stat.isFile() || stat.nlink !== 1 || stat.dev !== statSync(directory.path).dev) {
    closeSync(descriptor);
    return "other";
  }
  return {
    descriptor,
    stat: () => fstatSync(descriptor),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function stampOf({ size, mtimeMs, ctimeMs, nlink }: Stats): string {
  return [size, mtimeMs, ctimeMs, nlink].join(":");
}

async function copyBytes(
  file: PlainFile | undefined,
  { path, size }: { readonly path: string; readonly size: number },
): Promise<void> {
  using copy = await Deno.open(path, { write: true, createNew: true, mode: 0o644 });
  if (file === undefined) return;
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size));
  for (let position = 0; position < size;) {
    const length = Math.min(chunk.length, size - position);
    const { bytesRead } = await readFile(file.descriptor, chunk, 0, length, position);
    if (bytesRead === 0) return;
    for (let written = 0; written < bytesRead;) {
      written += await copy.write(chunk.subarray(written, bytesRead));
    }
    position += bytesRead;
  }
  // The directory is renamed to its place, and must not survive a power failure without the bytes.
  await copy.syncData();
}
