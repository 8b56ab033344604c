import { dirname, join } from "node:path";
import { createByteReader } from "./byte_reader.ts";
import { decompress } from "./decompress.ts";
import { isInnerLink, parseEntryPath } from "./entry_path.ts";
import { readTar, TAR_LIMITS, type TarEntry, type TarLimits } from "./read_tar.ts";
import { TarError } from "./tar_error.ts";

/** Options of {@linkcode extractTar}. */
export interface ExtractOptions {
  /** An empty directory that no other process writes to. */
  readonly target: string;
  /** Name of the file that marks the function's folder. */
  readonly entryFile: string;
  readonly limits?: TarLimits;
}

/** Result of {@linkcode extractTar}. */
export interface Extracted {
  /** Path of the folder: the target, or the only directory at the top of the archive. */
  readonly folder: string;
  /** Name of that directory; `undefined` if the folder is the target. */
  readonly name: string | undefined;
}

interface Link {
  readonly names: readonly string[];
  readonly target: string;
}

/**
 * Extracts an untrusted archive into a directory. Writes nothing outside it, through a link, or
 * twice. Files belong to this process's user and are not set-user-ID.
 *
 * @throws {TarError} see {@linkcode readTar}; also for links that lead out of the folder
 */
export async function extractTar(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { target, entryFile, limits = TAR_LIMITS }: ExtractOptions,
): Promise<Extracted> {
  const kinds = new Map<string, TarEntry["type"]>();
  const links: Link[] = [];
  for await (const entry of readTar(createByteReader(await decompress(stream)), limits)) {
    const names = parseEntryPath(entry.path);
    if (names.length === 0 && entry.type !== "directory") {
      throw new TarError("its top entry is not a directory");
    }
    for (let depth = 1; depth < names.length; depth++) {
      await makeDirectory(names.slice(0, depth).join("/"));
    }
    const path = names.join("/");
    if (entry.type === "directory") {
      if (path !== "") await makeDirectory(path);
      continue;
    }
    if (kinds.has(path)) throw new TarError(`it contains "${path}" twice`);
    take(path, entry.type);
    if (entry.type === "file") await writeFile(join(target, path), entry);
    else links.push({ names, target: entry.target });
  }
  const top = [...kinds.keys()].filter((path) => dirname(path) === ".");
  const [only] = top;
  if (only === undefined) throw new TarError("it is empty");
  const isWrapped = top.length === 1 && kinds.get(only) === "directory" && !kinds.has(entryFile);
  // Links last, so that no file can be written through one.
  for (const link of links) await writeLink(target, link, isWrapped ? 1 : 0);
  return isWrapped
    ? { folder: join(target, only), name: only }
    : { folder: target, name: undefined };

  /** Directories that only the paths of others name count, too. */
  function take(path: string, kind: TarEntry["type"]): void {
    if (kinds.size >= limits.maxEntries) {
      throw new TarError(`it contains more than ${limits.maxEntries} files and directories`);
    }
    kinds.set(path, kind);
  }

  async function makeDirectory(path: string): Promise<void> {
    const kind = kinds.get(path);
    if (kind === "directory") return;
    if (kind !== undefined) throw new TarError(`"${path}" is both a ${kind} and a directory`);
    take(path, "directory");
    await Deno.mkdir(join(target, path));
    // Independent of the umask.
    await Deno.chmod(join(target, path), 0o755);
  }
}

async function writeLink(target: string, link: Link, top: number): Promise<void> {
  const path = link.names.join("/");
  if (!isInnerLink(link.target, link.names.length - 1 - top)) {
    throw new TarError(
      `the link "${path}" leads out of its folder, to "${link.target}"`,
    );
  }
  await Deno.symlink(link.target, join(target, path));
}

async function writeFile(path: string, entry: TarEntry & { type: "file" }): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for await (const piece of entry.content) {
    for (let rest = piece; rest.length > 0;) rest = rest.subarray(await file.write(rest));
  }
  await Deno.chmod(path, entry.isExecutable ? 0o755 : 0o644);
}
