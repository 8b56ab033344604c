import { join } from "node:path";
import { IMAGE } from "../disk/image_directory.ts";
import { readSuperblock } from "../disk/ext4_superblock.ts";
import { codeIdentity } from "../sandbox/code_cache.ts";
import { SHARED_NAMES } from "../sandbox/function_mounts.ts";
import { fileIdentity } from "../system/file_identity.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import type { StartOptions } from "./isolation.ts";

/** Options of {@linkcode describeStart}. */
export interface DescribeStartOptions {
  readonly name: string;
  readonly functionsDirectory: string;
  /** Directory that has a data directory for each function. */
  readonly dataDirectory: string;
  readonly start: StartOptions;
}

/**
 * Returns a text about everything that a start depends on: its options, and which files and
 * directories the sandbox would show now. A file that was replaced is another file, also with the
 * same name and content: a sandbox that already shows the old one keeps it.
 *
 * @throws {Error} if the source can't be opened, as at a start
 */
export async function describeStart(options: DescribeStartOptions): Promise<string> {
  const { name, functionsDirectory, dataDirectory, start } = options;
  const { onLine: _, parking: __, packages, code, ...facts } = start;
  using directory = await holdTrustedPath(functionsDirectory);
  const identityOfHeld = async (path: string): Promise<string> => {
    using file = await holdTrustedPath(path, { directory });
    return fileIdentity(await file.stat());
  };
  const paths = [
    start.cacheDirectory,
    start.lock,
    start.moduleOptions.deno?.path,
    code?.type === "kept" ? code.directory : undefined,
    ...packages?.mounts.map(({ source }) => source) ?? [],
  ].filter((path) => path !== undefined);
  const identities = await Promise.all([
    identityOfHeld(start.source ?? name),
    ...SHARED_NAMES.map((shared) => orMissing(identityOfHeld(shared))),
    ...paths.map((path) => orMissing(Deno.stat(path).then(fileIdentity))),
    describeData(join(dataDirectory, name)),
  ]);
  return JSON.stringify([facts, codeIdentity(code), packages?.key, identities]);
}

/** Data is an image, or directories. An image with errors needs a repair before the start. */
async function describeData(directory: string): Promise<string> {
  const image = join(directory, IMAGE);
  const found = await readSuperblock(image).catch(() => undefined);
  const path = found === undefined ? directory : image;
  const identity = await orMissing(Deno.stat(path).then(fileIdentity));
  return JSON.stringify([identity, found?.bytes, found?.hasErrors]);
}

async function orMissing(identity: Promise<string>): Promise<string | undefined> {
  return await identity.catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
}
