import { createHash } from "node:crypto";
import { join } from "node:path";
import { createByteReader } from "../function/tar/byte_reader.ts";
import { decompress } from "../function/tar/decompress.ts";
import { isInnerLink, parseEntryPath } from "../function/tar/entry_path.ts";
import { readTar, type TarEntry, type TarLimits } from "../function/tar/read_tar.ts";
import { TarError } from "../function/tar/tar_error.ts";
import { createEntryPlaces } from "./place_entry.ts";
import { RefusedVersionError } from "./source_error.ts";
import { digestTrees, type TreeNode } from "./tree_digest.ts";

/** Limits of an archive with many functions. */
export const SOURCE_LIMITS: TarLimits = { maxEntries: 50_000, maxBytes: 1024 ** 3 };

/** More than packages in packages have. Each level of each path takes memory. */
const MAX_DEPTH = 64;

/** Bytes of headers and padding that an entry may have: extended headers for two long paths. */
const MAX_ENTRY_OVERHEAD = 16 * 1024;

/** Options of {@linkcode unpack}. */
export interface UnpackOptions {
  /** An empty directory that no other process writes to. */
  readonly target: string;
  /** Directory of the archive that contains the functions, see `SourceReference`. */
  readonly directory: readonly string[];
  readonly limits?: TarLimits;
  readonly signal: AbortSignal;
}

/**
 * Extracts the functions of an untrusted archive, and returns a digest of each entry at the top.
 * Writes nothing outside the directory, through a link, or twice. Files belong to this process's
 * user and are not set-user-ID. A link may lead only to paths in the folder of its own function.
 *
 * @throws {RefusedVersionError} if the archive is damaged, too large or hostile, or has no functions
 */
export async function unpack(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: UnpackOptions,
): Promise<ReadonlyMap<string, string>> {
  try {
    const nodes = await unpackNodes(stream, options);
    const isFunction = ({ type, names: [top = "", ...rest] }: TreeNode): boolean =>
      type === "directory" && rest.length === 0 && !top.startsWith("_");
    if (nodes.some(isFunction)) return digestTrees(nodes);
    const where = options.directory.length === 0 ? "" : ` in "${options.directory.join("/")}"`;
    throw new RefusedVersionError(
      `The archive has no functions${where}: no directory is there. Name the directory that ` +
        "contains the functions' folders (#dir=PATH)",
    );
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new RefusedVersionError(`The archive is not usable: ${error.message}`, { cause: error });
  }
}

async function unpackNodes(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { target, directory, limits = SOURCE_LIMITS, signal }: UnpackOptions,
): Promise<readonly TreeNode[]> {
  const { placeOf } = createEntryPlaces(directory);
  const nodes = new Map<string, TreeNode>();
  const plain = (await decompress(stream)).pipeThrough(boundBytes(limits), { signal });
  for await (const entry of readTar(createByteReader(plain), limits)) {
    const own = parseEntryPath(entry.path);
    const names = placeOf(own, entry.type);
    if (names === undefined) {
      await skip(entry);
      continue;
    }
    if (names.length > MAX_DEPTH) throw new TarError(`"${entry.path}" is too deep`);
    for (let depth = 1; depth < names.length; depth++) await makeDirectory(names.slice(0, depth));
    if (entry.type === "directory") {
      await makeDirectory(names);
      continue;
    }
    const path = names.join("/");
    if (nodes.has(path)) throw new TarError(`it contains "${path}" twice`);
    requireRoom();
    if (entry.type === "link") {
      if (!isInnerLink(entry.target, names.length - 2)) {
        throw new TarError(
          `the link "${path}" leads out of its function's folder, to "${entry.target}"`,
        );
      }
      nodes.set(path, { names, type: "link", content: entry.target, isExecutable: false });
      continue;
    }
    const { isExecutable } = entry;
    nodes.set(path, { names, type: "file", content: "", isExecutable });
    const content = await writeFile(join(target, path), entry);
    nodes.set(path, { names, type: "file", content, isExecutable });
  }
  // Links last, so that no file can be written through one.
  for (const [path, { type, content }] of nodes) {
    if (type === "link") await Deno.symlink(content, join(target, path));
  }
  return [...nodes.values()];

  /** Directories that only the paths of others name count, too. */
  function requireRoom(): void {
    if (nodes.size < limits.maxEntries) return;
    throw new TarError(`it contains more than ${limits.maxEntries} files and directories`);
  }

  async function makeDirectory(names: readonly string[]): Promise<void> {
    const path = names.join("/");
    const type = nodes.get(path)?.type;
    if (type === "directory") return;
    if (type !== undefined) throw new TarError(`"${path}" is both a ${type} and a directory`);
    requireRoom();
    nodes.set(path, { names, type: "directory", content: "", isExecutable: false });
    await Deno.mkdir(join(target, path));
    // Independent of the umask.
    await Deno.chmod(join(target, path), 0o755);
  }
}

/** Ends a stream that has more than the limits allow, such as endless extended headers. */
function boundBytes(
  { maxEntries, maxBytes }: TarLimits,
): TransformStream<Uint8Array, Uint8Array> {
  let left = maxBytes + maxEntries * MAX_ENTRY_OVERHEAD;
  return new TransformStream({
    transform(piece, controller) {
      left -= piece.length;
      if (left < 0) controller.error(new TarError("it is too large when decompressed"));
      else controller.enqueue(piece);
    },
  });
}

async function skip(entry: TarEntry): Promise<void> {
  if (entry.type !== "file") return;
  for await (const _ of entry.content);
}

/** Writes a file and returns the SHA-256 of its content. */
async function writeFile(path: string, entry: TarEntry & { type: "file" }): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path, { write: true, createNew: true });
  for await (const piece of entry.content) {
    hash.update(piece);
    for (let rest = piece; rest.length > 0;) rest = rest.subarray(await file.write(rest));
  }
  await Deno.chmod(path, entry.isExecutable ? 0o755 : 0o644);
  return hash.digest("hex");
}
