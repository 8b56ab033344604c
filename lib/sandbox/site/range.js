/**
 * @typedef {{ type: "whole" } | { type: "unsatisfiable" }
 *   | { type: "part", first: number, last: number }} Range
 */

const ONE_RANGE = /^bytes=[\t ]*(\d*)-(\d*)[\t ]*$/i;

/**
 * Reads the field `Range` (RFC 9110, section 14.2). A field that is not valid, another unit and
 * several ranges mean the whole file, as the RFC allows.
 *
 * @param {string | null} field
 * @param {number} size Size of the file in bytes.
 * @returns {Range}
 */
export function parseRange(field, size) {
  const [, from, to] = ONE_RANGE.exec(field ?? "") ?? [];
  if (from === undefined || to === undefined || from === "" && to === "") return { type: "whole" };
  if (from === "") {
    // The last bytes of the file.
    const length = Math.min(Number(to), size);
    if (length === 0) return { type: "unsatisfiable" };
    return { type: "part", first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return { type: "whole" };
  return first >= size ? { type: "unsatisfiable" } : { type: "part", first, last };
}
