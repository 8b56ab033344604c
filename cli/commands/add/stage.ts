import { join } from "node:path";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { copyFile } from "../../../lib/function/copy_file.ts";
import { CopyError, copyFolder } from "../../../lib/function/copy_folder.ts";
import { ENTRY_FILE } from "../../../lib/function/layout.ts";
import { extractTar } from "../../../lib/function/tar/extract.ts";
import { removeIgnored } from "../../../lib/function/remove_ignored.ts";
import { TarError } from "../../../lib/function/tar/tar_error.ts";
import { CliError, usageError } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";
import { makeVisible } from "../../output/visible.ts";
import { requireName, type Source } from "./source.ts";

const MAX_SHOWN = 5;

/** Options of {@linkcode stage}. */
export interface StageOptions {
  /** Path that does not exist yet. */
  readonly staged: string;
  /** Remove the files of an archive that its ignore files name. */
  readonly ignoreFiles?: true | undefined;
  readonly signal: AbortSignal;
}

/**
 * Copies or links a source to a hidden path, where the supervisor can check it before it serves it.
 * Returns the function's name.
 *
 * @throws {CliError} if the copy is not complete
 */
export async function stage(source: Source, options: StageOptions): Promise<string> {
  try {
    return await place(source, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw explain(source, options.staged, error);
  }
}

async function place(source: Source, options: StageOptions): Promise<string> {
  const { staged, signal } = options;
  switch (source.type) {
    case "link":
      await Deno.symlink(source.path, staged);
      return source.name;
    case "folder": {
      const real = await Deno.realPath(source.path);
      await copyFolder({ source: real, target: staged, onSkip: reportSkipped, signal });
      return source.name;
    }
    case "file":
      await makeFolder(staged);
      await copyFile({
        source: await Deno.realPath(source.path),
        target: join(staged, `index${source.ext}`),
        signal,
      });
      return source.name;
    case "archive":
      return await placeArchive(source, options);
    default:
      return source satisfies never;
  }
}

async function placeArchive(
  { name: given, archive = Deno.stdin.readable }: Source & { readonly type: "archive" },
  { staged, ignoreFiles, signal }: StageOptions,
): Promise<string> {
  await makeFolder(staged);
  const input = archive.pipeThrough(new TransformStream(), { signal });
  const extracted = await extractTar(input, { target: staged, entryFile: ENTRY_FILE });
  const name = nameOf(given ?? extracted.name);
  if (extracted.folder !== staged) {
    const aside = `${staged}-folder`;
    await Deno.rename(extracted.folder, aside);
    await Deno.remove(staged);
    await Deno.rename(aside, staged);
  }
  if (ignoreFiles) reportIgnored(await removeIgnored(staged));
  return name;
}

async function makeFolder(path: string): Promise<void> {
  await Deno.mkdir(path);
  // Independent of the umask.
  await Deno.chmod(path, 0o755);
}

function nameOf(name: string | undefined): string {
  if (name !== undefined) return requireName(name);
  throw usageError(
    "The archive has no single top directory to take the name from. Pass --name",
  );
}

function reportIgnored(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const shown = paths.slice(0, MAX_SHOWN).map(makeVisible).join(", ");
  const more = paths.length > MAX_SHOWN ? ` and ${paths.length - MAX_SHOWN} more` : "";
  printError(`Left out what is ignored: ${shown}${more}\n`);
}

function reportSkipped(path: string): void {
  printError(`Skipped ${makeVisible(path)}: it is a pipe, a socket or a device\n`);
}

function explain(source: Source, staged: string, error: unknown): unknown {
  if (error instanceof CliError) return error;
  const { code, message } = error as Error & { readonly code?: string };
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  const said = isFull ? "no space left on the disk. Free some space and try again" : message;
  if (source.type === "archive") {
    return error instanceof ConfigError
      ? new CliError(makeVisible(said.replaceAll(`${staged}/`, "")))
      : error instanceof TarError || isFull
      ? new CliError(`Cannot extract the archive: ${makeVisible(said)}. Nothing was added`)
      : error;
  }
  const named = makeVisible(said.replaceAll(staged, source.path));
  return error instanceof CopyError || isFull
    ? new CliError(`Cannot copy "${source.path}": ${named}. Nothing was added`)
    : new CliError(named);
}
