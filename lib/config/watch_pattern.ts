/** Maximum number of patterns of one function. */
export const MAX_WATCH_PATTERNS = 16;

const MAX_LENGTH = 128;

/** Maximum number of names in a pattern: each entry of a folder may be compared with all of them. */
const MAX_PARTS = 12;

/**
 * Parses a pattern of files in a function's folder, such as `templates` or `pages/*.html`: a
 * relative path, in which `*` stands for any characters of one name and `**` for any number of
 * directories. Returns it without `./` in front and `/` at the end.
 *
 * @throws {SyntaxError} if it could lead out of the folder, or has other special characters
 *
 * @example
 * ```ts
 * import { parseWatchPattern } from "./watch_pattern.ts";
 * parseWatchPattern("./templates/"); // "templates"
 * ```
 */
export function parseWatchPattern(text: string): string {
  const pattern = text.replace(/^\.\//, "").replace(/\/$/, "");
  const refuse = (reason: string): never => {
    throw new SyntaxError(`${JSON.stringify(text)} ${reason}`);
  };
  if (text.startsWith("/")) refuse("is absolute. Give a pattern of files in the function's folder");
  if (text.length > MAX_LENGTH) refuse(`is longer than ${MAX_LENGTH} characters`);
  if (/[\p{Cc}\\?[\]{}!]/u.test(text)) {
    refuse(
      "has a character that patterns can't have. Only * and ** are special; give several patterns",
    );
  }
  const parts = pattern.split("/");
  if (parts.length > MAX_PARTS) refuse(`has more than ${MAX_PARTS} names. Give a shorter pattern`);
  for (const part of parts) {
    if (/^\.*$/.test(part)) refuse("is not a pattern such as templates/**. It can't have .. or //");
    if (part.includes("**") && part !== "**") {
      refuse("has ** in a name. Give * there, or **/ before");
    }
  }
  return pattern;
}
