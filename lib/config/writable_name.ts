/** Maximum number of writable names of one function. */
export const MAX_WRITABLE_NAMES = 32;

/** Maximum length of {@linkcode encodeWritableName}, which is the name of a directory. */
const MAX_ENCODED = 200;

/**
 * Parses a name of a function's folder that the function may write: a relative path such as
 * `uploads`, `public/uploads/` or `./app.db`. Returns it without `./` in front; a `/` at the end,
 * which says that it is a directory, stays.
 *
 * @throws {SyntaxError} if it could lead out of the folder, or is not a plain path
 *
 * @example
 * ```ts
 * import { parseWritableName } from "./writable_name.ts";
 * parseWritableName("./uploads"); // "uploads"
 * ```
 */
export function parseWritableName(text: string): string {
  const name = text.replace(/^\.\//, "");
  const parts = name.replace(/\/$/, "").split("/");
  const refuse = (reason: string): never => {
    throw new SyntaxError(`${JSON.stringify(text)} ${reason}`);
  };
  if (text.startsWith("/")) refuse("is absolute. Give a path in the function's folder");
  if (/[\p{Cc},\\]/u.test(text) || !text.isWellFormed()) {
    refuse("has a comma, a backslash or a control character. Rename it");
  }
  if (parts.some((part) => /^\.*$/.test(part))) {
    refuse("is not a path in the function's folder. Give one such as uploads or public/uploads");
  }
  if (parts.includes("node_modules")) {
    refuse("is in node_modules, which contains code. Give a directory of data");
  }
  if (encodeWritableName(name).length > MAX_ENCODED) refuse("is too long. Give a shorter path");
  return name;
}

/**
 * Returns the name of the directory that has the data of a writable name: one path component.
 *
 * @example
 * ```ts
 * import { encodeWritableName } from "./writable_name.ts";
 * encodeWritableName("public/uploads/"); // "public%2Fuploads"
 * ```
 */
export function encodeWritableName(name: string): string {
  return encodeURIComponent(name.replace(/\/$/, ""));
}

/**
 * Returns the reason why some writable names can't be used together; `undefined` if they can: one
 * of them is in another one, or there are too many.
 */
export function writableNamesProblem(names: readonly string[]): string | undefined {
  if (names.length > MAX_WRITABLE_NAMES) return `Give at most ${MAX_WRITABLE_NAMES} names`;
  const paths = names.map((name) => `${name.replace(/\/$/, "")}/`);
  for (const [index, path] of paths.entries()) {
    const other = paths.findIndex((one, at) => at !== index && path.startsWith(one));
    if (other !== -1) return `"${names[index]}" is in "${names[other]}". Give only one of them`;
  }
  return undefined;
}
