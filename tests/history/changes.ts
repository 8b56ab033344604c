import type { Change } from "../../lib/history/change.ts";

let last = 0;

/** Returns a change with a new id that a revision, named by a hexadecimal digit, has made ready. */
export function change(revision: string, part: Partial<Change> = {}): Change {
  return {
    id: String(++last).padStart(12, "0"),
    atMs: last,
    by: "edit",
    revision: revision.repeat(64),
    result: "ready",
    durationMs: 1,
    ...part,
  };
}
