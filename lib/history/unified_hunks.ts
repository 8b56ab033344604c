import { structuredPatch } from "diff";

/** Options of {@linkcode unifiedHunks}. */
export interface HunkOptions {
  /** Time after which the search for the shortest difference ends. */
  readonly timeoutMs: number;
}

/** Lines before and after a change, as in diff(1). */
const CONTEXT = 3;

/** The search takes time and memory that grow with the square of this number of lines. */
const MAX_EDITS = 4_000;

const NO_NEWLINE = "\\ No newline at end of file";

/**
 * Returns the hunks of a unified diff of two texts, each line with its line feed; empty if they are
 * equal. Source of the format: diff(1), "Detailed Unified". If the texts differ so much that the
 * search takes too long, one hunk removes and adds everything between the first and the last
 * difference.
 *
 * @example
 * ```ts
 * import { unifiedHunks } from "./unified_hunks.ts";
 * unifiedHunks("a\nb\n", "a\nc\n", { timeoutMs: 50 }); // "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
 * ```
 */
export function unifiedHunks(before: string, after: string, { timeoutMs }: HunkOptions): string {
  if (before === after) return "";
  const patch = structuredPatch("", "", before, after, undefined, undefined, {
    context: CONTEXT,
    maxEditLength: MAX_EDITS,
    timeout: timeoutMs,
  });
  if (patch === undefined) return wholeHunk(before, after);
  return patch.hunks.map(({ lines, ...place }) => `${headOf(place)}${lines.join("\n")}\n`).join("");
}

interface Place {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
}

/** An empty range names the line before it, see diff(1). */
function headOf({ oldStart, oldLines, newStart, newLines }: Place): string {
  const from = `${oldLines === 0 ? oldStart - 1 : oldStart},${oldLines}`;
  const to = `${newLines === 0 ? newStart - 1 : newStart},${newLines}`;
  return `@@ -${from} +${to} @@\n`;
}

function wholeHunk(before: string, after: string): string {
  const [old, next] = [linesOf(before), linesOf(after)];
  const most = Math.min(old.length, next.length);
  let head = 0;
  while (head < most && old[head] === next[head]) head++;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === next.at(-1 - tail)) tail++;
  const first = Math.max(0, head - CONTEXT);
  const kept = Math.max(0, tail - CONTEXT);
  const oldEnd = old.length - tail;
  const newEnd = next.length - tail;
  const oldLines = old.length - kept - first;
  const newLines = next.length - kept - first;
  return headOf({ oldStart: first + 1, oldLines, newStart: first + 1, newLines }) +
    [
      ...old.slice(first, head).map((line) => ` ${line}`),
      ...old.slice(head, oldEnd).map((line) => `-${line}`),
      ...next.slice(head, newEnd).map((line) => `+${line}`),
      ...old.slice(oldEnd, old.length - kept).map((line) => ` ${line}`),
    ].map((line) => line.endsWith("\n") ? line : `${line}\n${NO_NEWLINE}\n`).join("");
}

/** Splits a text into lines with their line feeds. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
