/**
 * @typedef {object} WantedPath
 * @property {readonly string[]} names Decoded names below the root; empty for the root.
 * @property {boolean} isFolder The path ends with a slash.
 */

/** Characters that no name contains, and that other servers read as separators. */
// deno-lint-ignore no-control-regex
const REFUSED = /[\x00-\x1f\x7f/\\]/;

/**
 * Reads the path of a URL, which has no dot segments any more. Returns `undefined` if it names no
 * file: an escape that is not UTF-8, an empty name, an escaped slash, a backslash or a control
 * character.
 *
 * @param {string} pathname
 * @returns {WantedPath | undefined}
 */
export function parsePath(pathname) {
  const isFolder = pathname.endsWith("/");
  const raw = pathname.slice(1, isFolder ? -1 : undefined);
  /** @type {string[]} */
  const names = [];
  for (const part of raw === "" ? [] : raw.split("/")) {
    try {
      names.push(decodeURIComponent(part));
    } catch {
      return undefined;
    }
  }
  const isOdd = names.some((name) => name === "" || REFUSED.test(name));
  return isOdd || pathname.startsWith("//") ? undefined : { names, isFolder };
}

/**
 * Returns true for a path with a name that is not for everybody: one that begins with a dot, except
 * `.well-known` (RFC 8615), or that ends with `.env`.
 *
 * @param {readonly string[]} names Names below the root.
 * @returns {boolean}
 */
export function isPrivate(names) {
  return names.some((name) =>
    name.startsWith(".") && name !== ".well-known" || name.endsWith(".env")
  );
}

/**
 * Returns the target of a redirect from a directory to the same path with a slash. It is relative,
 * because the function does not see the prefix that ddsrv, and proxies before it, have removed.
 *
 * @param {URL} url
 * @returns {string}
 */
export function withSlash({ pathname, search }) {
  return `./${pathname.slice(pathname.lastIndexOf("/") + 1)}/${search}`;
}
