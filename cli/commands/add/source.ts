import { basename, dirname, parse, resolve } from "node:path";
import { isModuleName } from "../../../lib/config/entry_names.ts";
import { ENTRY_FILE } from "../../../lib/function/layout.ts";
import { nameProblem } from "../../../lib/config/function_name.ts";
import { CliError, usageError } from "../../exit_code.ts";

/** A function to add; paths are absolute. */
export type Source =
  | { readonly type: "folder" | "link"; readonly path: string; readonly name: string }
  /** `ext` is the file's extension, with its dot. */
  | {
    readonly type: "file";
    readonly path: string;
    readonly name: string;
    readonly ext: string;
  }
  /** A tar archive on standard input; its directory gives the name if there is no other. */
  | {
    readonly type: "archive";
    readonly name: string | undefined;
    /** All of standard input if missing. */
    readonly archive?: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  };

/** Options of {@linkcode findSource}. */
export interface SourceOptions {
  readonly name?: string | undefined;
  readonly link?: true | undefined;
}

const WANTED =
  `Name a directory with an ${ENTRY_FILE} or another entry, a file such as hello.ts, ` +
  "or - for a tar archive";

/** Extensions of files that alone are a function; `main.cjs` is no entry without a manifest. */
const FILE = /\.(?:[jt]sx?|m[jt]s|html)$/;

/** A directory with none of these can't be a function, whatever its supervisor accepts. */
const FAMILIAR = /^(?:ddsrv\.json|deno\.jsonc?|package\.json|index\.html)$/;

/** Determines what a path of the command line is; throws a `CliError` if it can't be added. */
export async function findSource(given: string, options: SourceOptions): Promise<Source> {
  if (options.name !== undefined) requireName(options.name);
  if (given === "-") return archiveOf(options);
  const path = resolve(given);
  const file = await look(path);
  if (file.isFile) return fileOf(path, options);
  if (!file.isDirectory) throw new CliError(`"${path}" is not a directory or a file. ${WANTED}`);
  if (!await hasCode(path)) {
    throw new CliError(`"${path}" has no ${ENTRY_FILE} or other entry. ${WANTED}`);
  }
  const name = requireName(options.name ?? basename(path));
  return { type: options.link ? "link" : "folder", path, name };
}

/** Returns the name if a function can have it; otherwise throws a `CliError`. */
export function requireName(name: string): string {
  const reason = nameProblem(name);
  if (reason === undefined) return name;
  throw usageError(
    `${JSON.stringify(name)} can't be a function's name: ${reason}. Choose another with --name`,
  );
}

function archiveOf({ name, link }: SourceOptions): Source {
  if (link) throw usageError("Cannot link an archive. Leave out --link");
  if (Deno.stdin.isTerminal()) {
    throw usageError("Standard input is a terminal. Pipe an archive: tar c ./shop | ddsrv add -");
  }
  return { type: "archive", name };
}

function fileOf(path: string, { name, link }: SourceOptions): Source {
  if (link) throw usageError(`"${path}" is a file, and --link needs a directory. Leave out --link`);
  if (/\.(tar|tgz|tar\.gz)$/.test(path)) {
    throw usageError(`"${path}" looks like an archive. Add it with: ddsrv add - < ${path}`);
  }
  if (!FILE.test(path)) throw new CliError(`"${path}" is not a module or a page. ${WANTED}`);
  const { name: given, ext } = parse(path);
  if (name === undefined && (given === "index" || given === "main")) {
    throw usageError(
      `"${path}" is the entry of a function. Add its directory: ddsrv add ${dirname(path)}; or ` +
        "add only this file, with --name",
    );
  }
  return { type: "file", path, name: requireName(name ?? given), ext };
}

/** Returns true if the directory may be a function; its supervisor decides. */
async function hasCode(directory: string): Promise<boolean> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory && (isModuleName(name) || FAMILIAR.test(name))) return true;
  }
  return false;
}

async function look(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new CliError(`Cannot read "${path}": permission denied. Run it with sudo, or chmod it`);
    }
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new CliError(`"${path}" does not exist. ${WANTED}`);
    }
    throw new CliError(`Cannot read "${path}": ${(error as Error).message}`);
  }
}
