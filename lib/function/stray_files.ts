import { isModuleName } from "../config/entry_names.ts";
import { judgeName } from "../config/function_name.ts";

/** A directory can have any number of files, and each is a line in the log. */
const MAX_FILES = 100;

/** Declarations and tests, which nobody wants to serve. */
const HELPERS = /(?:\.d|[._]test)\.[cm]?[jt]sx?$/;

/**
 * Finds modules directly in the functions directory, which nobody serves, and says what to do with
 * them. Leaves out those beside a folder of the same name, which the user has made already.
 *
 * @example
 * ```ts
 * import { findStrayFiles } from "./stray_files.ts";
 * findStrayFiles(["hello.ts"], () => false).keys().toArray(); // ["hello.ts"]
 * ```
 */
export function findStrayFiles(
  files: readonly string[],
  isFolder: (name: string) => boolean,
): Map<string, string> {
  const found = files
    .filter((file) => isModuleName(file) && !HELPERS.test(file))
    .map((file) => ({ file, name: file.slice(0, file.lastIndexOf(".")) }))
    .filter(({ file, name }) =>
      judgeName(file).type === "function" && judgeName(name).type === "function" && !isFolder(name)
    );
  return new Map(
    found.slice(0, MAX_FILES).map(({ file, name }) => [
      file,
      `it is a file. Make a folder ${JSON.stringify(name)} with it as ` +
      `index${file.slice(name.length)}: ddsrv add ${
        /[^\w.-]/.test(file) ? JSON.stringify(file) : file
      }`,
    ]),
  );
}
