const EXTENSIONS = ["ts", "tsx", "js", "jsx", "mts", "mjs"] as const;

/**
 * Names of the files that make a folder a function by default, in order of precedence. A manifest
 * names the entry itself; `deno.json` and `package.json` name the file that they start; a folder
 * with an `index.html` is served as static files.
 */
export const DEFAULT_ENTRIES: readonly string[] = [
  "ddsrv.json",
  ...EXTENSIONS.map((extension) => `index.${extension}`),
  ...EXTENSIONS.map((extension) => `main.${extension}`),
  "deno.json",
  "deno.jsonc",
  "package.json",
  "index.html",
];

/** Files that are no modules, and that a list of entries may name. */
const OTHERS = ["ddsrv.json", "deno.json", "deno.jsonc", "package.json", "index.html"];

/** Extensions of modules that Deno runs. */
const MODULE = /\.[cm]?[jt]sx?$/;

/** Source: NAME_MAX of limits.h, and PATH_MAX with room for the functions directory. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 1_024;

/** Characters that Deno reads as part of a pattern or a URL, and that no shell shows. */
const ODD = /[\p{Cc}\\*?[\]{}!#%:\ufffd]/u;

/** Returns true if Deno runs a file of this name. */
export function isModuleName(name: string): boolean {
  return MODULE.test(name);
}

/** Returns true for the entry of a folder that is served as static files. */
export function isStaticEntry(entry: string): boolean {
  return entry.endsWith(".html");
}

/**
 * Parses one of the operator's `entries`: the name of a module, `ddsrv.json`, `deno.json`,
 * `deno.jsonc`, `package.json` or `index.html`.
 *
 * @throws {SyntaxError} for anything else
 */
export function parseEntryName(text: string): string {
  const isName = !text.includes("/") && !ODD.test(text) && isModuleName(text);
  if (isName || OTHERS.includes(text)) return text;
  throw new SyntaxError(
    `${JSON.stringify(text)} is not a file that can make a folder a function. Give the name of a ` +
      `module, such as index.ts, or ${OTHERS.slice(0, -1).join(", ")} or ${OTHERS.at(-1)}`,
  );
}

/**
 * Parses the path of an entry, relative to the function's folder. Returns it without `.` and
 * repeated slashes.
 *
 * @throws {SyntaxError} if it leads out of the folder, or is neither a module nor an `index.html`
 *
 * @example
 * ```ts
 * import { parseEntryPath } from "./entry_names.ts";
 * parseEntryPath("./src/server.ts"); // "src/server.ts"
 * ```
 */
export function parseEntryPath(text: string): string {
  const shown = JSON.stringify(text.slice(0, 100));
  const names = text.split("/").filter((name) => name !== "" && name !== ".");
  if (text.startsWith("/") || names.includes("..")) {
    throw new SyntaxError(
      `${shown} is not a path in the function's folder. Give one such as src/server.ts`,
    );
  }
  const [odd] = ODD.exec(text) ?? [];
  const bytesOf = (part: string): number => new TextEncoder().encode(part).length;
  const isTooLong = bytesOf(text) > MAX_PATH_BYTES ||
    names.some((name) => bytesOf(name) > MAX_NAME_BYTES);
  if (odd !== undefined || isTooLong) {
    const reason = odd === undefined ? "is too long" : `contains ${JSON.stringify(odd)}`;
    throw new SyntaxError(`${shown} ${reason}. Rename the file`);
  }
  const path = names.join("/");
  if (isModuleName(path) || names.at(-1) === "index.html") return path;
  throw new SyntaxError(
    `${shown} is neither a module nor an index.html. Give a path such as src/server.ts`,
  );
}
