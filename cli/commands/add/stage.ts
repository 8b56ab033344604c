import { join } from "node:path";
import { ConfigError } from "../../../lib/config/json_file.ts";
import { copyFile } from "../../../lib/function/copy_file.ts";
import { CopyError, copyFolder } from "../../../lib/function/copy_folder.ts";
import { ENTRY_FILE } from "../../../lib/function/layout.ts";
import { extractTar } from "../../../lib/function/tar/extract.ts";
import { TarError } from "../../../lib/function/tar/tar_error.ts";
import { CliError, ExitCode } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";
import { makeVisible } from "../../output/visible.ts";
import { requireName, type Source } from "./source.ts";

/** Where it is put. */
export interface StageOptions {
  /** A path where nothing is. */
  readonly staged: string;
  readonly signal: AbortSignal;
}

/**
 * Puts a source where the supervisor can check it and nobody serves it yet; gives its name.
 *
 * @throws {CliError} when it can't be put there whole
 */
export async function stage(source: Source, options: StageOptions): Promise<string> {
  try {
    return await place(source, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw explain(source, options.staged, error);
  }
}

async function place(source: Source, { staged, signal }: StageOptions): Promise<string> {
  switch (source.type) {
    case "link":
      await Deno.symlink(source.path, staged);
      return source.name;
    case "folder": {
      const real = await Deno.realPath(source.path);
      await copyFolder({ source: real, target: staged, onSkip: tellSkipped, signal });
      return source.name;
    }
    case "file":
      await makeFolder(staged);
      await copyFile({
        source: await Deno.realPath(source.path),
        target: join(staged, ENTRY_FILE),
        signal,
      });
      return source.name;
    case "archive":
      return await placeArchive(source.name, staged, signal);
    default:
      return source satisfies never;
  }
}

async function placeArchive(
  given: string | undefined,
  staged: string,
  signal: AbortSignal,
): Promise<string> {
  await makeFolder(staged);
  const input = Deno.stdin.readable.pipeThrough(new TransformStream(), { signal });
  const extracted = await extractTar(input, { target: staged, entryFile: ENTRY_FILE });
  const name = nameOf(given ?? extracted.name);
  if (extracted.folder !== staged) {
    const aside = `${staged}-folder`;
    await Deno.rename(extracted.folder, aside);
    await Deno.remove(staged);
    await Deno.rename(aside, staged);
  }
  return name;
}

async function makeFolder(path: string): Promise<void> {
  await Deno.mkdir(path);
  // The process's umask shall not count.
  await Deno.chmod(path, 0o755);
}

function nameOf(name: string | undefined): string {
  if (name !== undefined) return requireName(name);
  throw new CliError(
    "The archive is not of one directory, whose name could be taken. Give one with --name",
    ExitCode.Usage,
  );
}

function tellSkipped(path: string): void {
  printError(`${makeVisible(path)} is a pipe, a socket or a device, and was left out\n`);
}

function explain(source: Source, staged: string, error: unknown): unknown {
  if (error instanceof CliError) return error;
  const { code, message } = error as Error & { readonly code?: string };
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  const said = isFull ? "there is no space left. Make room on that disk and add it again" : message;
  if (source.type === "archive") {
    return error instanceof ConfigError
      ? new CliError(makeVisible(said.replaceAll(`${staged}/`, "")))
      : error instanceof TarError || isFull
      ? new CliError(`Cannot take the archive: ${makeVisible(said)}. Nothing was added`)
      : error;
  }
  const named = makeVisible(said.replaceAll(staged, source.path));
  return error instanceof CopyError || isFull
    ? new CliError(`Cannot copy "${source.path}": ${named}. Nothing was added`)
    : new CliError(named);
}
