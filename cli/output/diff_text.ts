import type { FileDifference } from "../../lib/history/file_difference.ts";
import { makeVisible } from "./visible.ts";

/** Source: ECMA-48, SGR; the colors are those of git. */
const BOLD = "\x1b[1m";
const RED = "\x1b[31m";
const GREEN = "\x1b[32m";
const CYAN = "\x1b[36m";
const RESET = "\x1b[0m";

/**
 * Formats differing files as git-diff(1) does. Names and lines come from functions, so control
 * characters in them are escaped.
 *
 * @example
 * ```ts
 * import { formatDiff } from "./diff_text.ts";
 * const files = [{ path: "a.png", change: "changed", kind: "binary", hunks: null }] as const;
 * formatDiff(files, { isColoured: false });
 * // "diff --git a/a.png b/a.png\nBinary files a/a.png and b/a.png differ\n"
 * ```
 */
export function formatDiff(
  files: readonly FileDifference[],
  { isColoured }: { readonly isColoured: boolean },
): string {
  const paint = (colour: string, text: string): string =>
    isColoured ? `${colour}${text}${RESET}` : text;
  return files.flatMap((file) => [
    ...headOf(file).map((line) => paint(BOLD, line)),
    ...linesOf(file).map((line) => {
      const colour = colourOf(line);
      return colour === undefined ? makeVisible(line) : paint(colour, makeVisible(line));
    }),
  ]).map((line) => `${line}\n`).join("");
}

function headOf(file: FileDifference): string[] {
  const path = makeVisible(file.path);
  const [from, to] = sidesOf(file);
  return [
    `diff --git a/${path} b/${path}`,
    ...file.change === "added" ? ["new file"] : file.change === "removed" ? ["deleted file"] : [],
    ...file.hunks ? [`--- ${from}`, `+++ ${to}`] : [],
  ];
}

function sidesOf({ path, change }: FileDifference): readonly [from: string, to: string] {
  const shown = makeVisible(path);
  return [
    change === "added" ? "/dev/null" : `a/${shown}`,
    change === "removed" ? "/dev/null" : `b/${shown}`,
  ];
}

function linesOf(file: FileDifference): string[] {
  const [from, to] = sidesOf(file);
  switch (file.kind) {
    case "text":
    case "link":
      return file.hunks ? file.hunks.replace(/\n$/, "").split("\n") : [];
    case "binary":
      return [`Binary files ${from} and ${to} differ`];
    case "secret":
      return [`Files ${from} and ${to} differ (content not shown: it may contain secrets)`];
    case "large":
      return [`Files ${from} and ${to} differ (larger than 512 KiB)`];
    case "omitted":
      return [`Files ${from} and ${to} differ (content not shown: there are too many lines)`];
    case "mode":
      return [`Files ${from} and ${to} differ in the permission to execute`];
    case "special":
      return [`Files ${from} and ${to} differ (not a regular file)`];
    case "directory":
      return [`Directories ${from} and ${to} differ`];
    default:
      return file.kind satisfies never;
  }
}

function colourOf(line: string): string | undefined {
  if (line.startsWith("@@")) return CYAN;
  return line.startsWith("-") ? RED : line.startsWith("+") ? GREEN : undefined;
}
