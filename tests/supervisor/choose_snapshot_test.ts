import assert from "node:assert/strict";
import type { Change } from "../../lib/history/change.ts";
import { chooseSnapshot } from "../../lib/supervisor/choose_snapshot.ts";
import { change } from "../history/changes.ts";

const abc = [change("a"), change("b"), change("c")];
const back = (revision: string): Change => change(revision, { by: "rollback" });

const rows: readonly {
  readonly what: string;
  /** Revisions of the snapshots, newest first. */
  readonly kept: string;
  /** Revision of the folder. */
  readonly folder: string;
  readonly changes: readonly Change[];
  readonly chosen: string | undefined;
}[] = [
  { what: "the one before", kept: "cba", folder: "c", changes: abc, chosen: "b" },
  {
    what: "the one before that, the second time",
    kept: "bca",
    folder: "b",
    changes: [...abc, back("b")],
    chosen: "a",
  },
  {
    what: "none, the third time",
    kept: "abc",
    folder: "a",
    changes: [...abc, back("b"), back("a")],
    chosen: undefined,
  },
  {
    what: "the one before an edit after a rollback",
    kept: "dbc",
    folder: "d",
    changes: [...abc, back("b"), change("d")],
    chosen: "b",
  },
  {
    what: "the one before a rollback that another one undoes",
    kept: "cba",
    folder: "c",
    changes: [...abc, back("b"), back("c")],
    chosen: "b",
  },
  {
    what: "the one that serves, while the folder has an error",
    kept: "cba",
    folder: "d",
    changes: [...abc, change("d", { result: "failed" })],
    chosen: "c",
  },
  {
    what: "the next one if a rollback did not start",
    kept: "cba",
    folder: "b",
    changes: [...abc, change("b", { by: "rollback", result: "failed" })],
    chosen: "a",
  },
  {
    what: "a later one if the one before is not kept",
    kept: "ca",
    folder: "c",
    changes: abc,
    chosen: "a",
  },
  {
    what: "the newest kept one without a history",
    kept: "cba",
    folder: "c",
    changes: [],
    chosen: "b",
  },
  {
    what: "one from before the history",
    kept: "cba",
    folder: "c",
    changes: [change("c")],
    chosen: "b",
  },
  {
    what: "the one before from before the history after a rollback",
    kept: "bca",
    folder: "b",
    changes: [change("c"), back("b")],
    chosen: "a",
  },
  { what: "none without snapshots", kept: "", folder: "c", changes: abc, chosen: undefined },
  { what: "none but the folder's own", kept: "c", folder: "c", changes: abc, chosen: undefined },
];

for (const { what, kept, folder, changes, chosen } of rows) {
  Deno.test(`chooseSnapshot() goes back to ${what}`, () => {
    const snapshots = [...kept].map((one) => ({
      revision: one.repeat(64),
      ownRevision: `own ${one}`,
      path: `/${one}`,
    }));
    const found = chooseSnapshot({ snapshots, ownRevision: `own ${folder}`, changes });
    assert.equal(found?.path.slice(1), chosen);
  });
}
