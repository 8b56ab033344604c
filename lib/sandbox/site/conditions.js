/**
 * @typedef {object} Validators
 * @property {string} etag
 * @property {string} lastModified
 */

/**
 * Returns the validators of a file, which change with its content (RFC 9110, section 8.8).
 *
 * @param {Pick<Deno.FileInfo, "size" | "mtime" | "ino">} file
 * @returns {Validators}
 */
export function validatorsOf({ size, mtime, ino }) {
  const changed = mtime ?? new Date(0);
  const parts = [changed.getTime(), size, ino ?? 0].map((part) => part.toString(16));
  return { etag: `"${parts.join("-")}"`, lastModified: changed.toUTCString() };
}

/**
 * Returns true if the client has the file already (RFC 9110, sections 13.1.2 and 13.1.3).
 *
 * @param {Headers} headers
 * @param {Validators} validators
 * @returns {boolean}
 */
export function isNotModified(headers, { etag, lastModified }) {
  const known = headers.get("if-none-match");
  if (known !== null) {
    const tags = known.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    return tags.includes("*") || tags.includes(etag);
  }
  const since = Date.parse(headers.get("if-modified-since") ?? "");
  return !Number.isNaN(since) && Date.parse(lastModified) <= since;
}

/**
 * Returns true if a range of the file may be sent: the client has a part of the same file (RFC
 * 9110, section 13.1.5).
 *
 * @param {Headers} headers
 * @param {Validators} validators
 * @returns {boolean}
 */
export function isRangeValid(headers, { etag, lastModified }) {
  const known = headers.get("if-range");
  return known === null || known === etag || known === lastModified;
}
