import type { DiffReport } from "../control/api.ts";

/** A line of a unified diff. */
export interface DiffLine {
  readonly type: "added" | "removed" | "place" | "same";
  /** The line with its first character, `+`, `-`, `@` or a space. */
  readonly text: string;
}

/** A file whose sides differ. */
export interface ShownFile extends Omit<DiffReport["files"][number], "hunks"> {
  readonly lines: readonly DiffLine[];
}

/** Bounds of one page. */
const MAX_FILES = 200;
const MAX_LINES = 3_000;

/** Splits the hunks of files into lines, as many as one page shows. */
export function shownFiles(
  files: DiffReport["files"],
): { readonly files: readonly ShownFile[]; readonly isCut: boolean } {
  let room = MAX_LINES;
  let isCut = files.length > MAX_FILES;
  const shown = files.slice(0, MAX_FILES).map(({ hunks, ...file }): ShownFile => {
    const all = linesOf(hunks ?? "");
    const lines = all.slice(0, room);
    room -= lines.length;
    isCut ||= lines.length < all.length;
    return { ...file, lines };
  });
  return { files: shown, isCut };
}

function linesOf(hunks: string): DiffLine[] {
  const lines = hunks.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((text) => ({ type: TYPES[text.charAt(0)] ?? "same", text }));
}

const TYPES: Readonly<Record<string, DiffLine["type"]>> = {
  "+": "added",
  "-": "removed",
  "@": "place",
};
