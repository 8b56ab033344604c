import assert from "node:assert/strict";
import {
  chooseOwner,
  type OwnerChoice,
  type ServedDirectory,
} from "../../lib/owner/choose_owner.ts";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import type { OwnerRecord } from "../../lib/owner/owner_record.ts";
import type { UnclaimedState, Witness } from "../../lib/owner/unclaimed_state.ts";
import { userRangeOf } from "../../lib/owner/user_range.ts";

const FORMER = "0000aa";

function served(path: string, directory = path, ...names: string[]): ServedDirectory {
  return { path, directory, names: new Set(names), formerIds: new Set([FORMER]) };
}

function record(id: string, path: string, directory = path, usedAtMs = 1): OwnerRecord {
  return { id, path, directory, usedAtMs };
}

function witness(path: string, functions = 1, checkedAtMs = 1): Witness {
  return { path, directory: path, functions, checkedAtMs };
}

function state(id: string, witnesses: readonly Witness[], usedAtMs = 1): UnclaimedState {
  return { id, names: new Set(["app"]), witnesses, usedAtMs };
}

function choice(
  type: OwnerChoice["type"],
  id: string,
  rest: Partial<Pick<OwnerChoice, "others" | "unclear">> = {},
): Pick<OwnerChoice, "type" | "id" | "others" | "unclear"> {
  return { type, id, others: [], unclear: [], ...rest };
}

const FRESH = choice("new", deriveOwnerId("/f"));

const rows: readonly [
  what: string,
  served: ServedDirectory,
  known: { readonly records?: readonly OwnerRecord[]; readonly unclaimed?: UnclaimedState[] },
  expected: Pick<OwnerChoice, "type" | "id" | "others" | "unclear">,
][] = [
  ["there are no owners", served("/f"), {}, FRESH],
  ["only others have records", served("/f"), { records: [record("000001", "/g")] }, FRESH],
  [
    "it has a record",
    served("/f"),
    { records: [record("000001", "/f")] },
    choice("known", "000001"),
  ],
  [
    "it has a record with another path",
    served("/link", "/f"),
    { records: [record("000001", "/f")] },
    choice("known", "000001"),
  ],
  [
    "a link was served, and now its real path",
    served("/f"),
    { records: [record("000001", "/link", "/f")] },
    choice("known", "000001"),
  ],
  [
    "the link changed",
    served("/link", "/trees/b"),
    { records: [record("000001", "/link", "/trees/a")] },
    choice("known", "000001"),
  ],
  [
    "the link changed to a directory that has its own record",
    served("/link", "/trees/b"),
    {
      records: [record("000001", "/link", "/trees/a"), record("000002", "/trees/b", "/trees/b", 9)],
    },
    choice("known", "000001"),
  ],
  [
    "the former target of a link is served",
    served("/trees/a"),
    { records: [record(deriveOwnerId("/trees/a"), "/link", "/trees/b")] },
    choice("new", deriveOwnerId("/trees/a", 1)),
  ],
  [
    "it was moved, and a link replaces it",
    served("/f", "/new/f"),
    { records: [record("000001", "/f")] },
    choice("known", "000001"),
  ],
  [
    "two records name it",
    served("/f"),
    { records: [record("000001", "/f", "/f", 5), record("000002", "/f", "/f", 6)] },
    choice("known", "000002"),
  ],
  [
    "another owner has its id",
    served("/f"),
    { records: [record(deriveOwnerId("/f"), "/g"), record(deriveOwnerId("/f", 1), "/h")] },
    choice("new", deriveOwnerId("/f", 2)),
  ],
  [
    "an older version checked it",
    served("/f"),
    { unclaimed: [state("000001", [witness("/f")]), state("000002", [witness("/g")], 9)] },
    choice("former", "000001"),
  ],
  [
    "an older version checked it by a link that changed",
    served("/link", "/trees/b"),
    { unclaimed: [state("000001", [{ ...witness("/link"), directory: "/trees/b" }])] },
    choice("former", "000001"),
  ],
  [
    "an older version checked it by another path",
    served("/f"),
    { unclaimed: [state("000001", [{ ...witness("/link"), directory: "/f" }])] },
    choice("former", "000001"),
  ],
  [
    "older versions used three sockets",
    served("/f"),
    { unclaimed: [1, 3, 2].map((at) => state(`00000${at}`, [witness("/f")], at)) },
    choice("former", "000003", { others: ["000002", "000001"] }),
  ],
  [
    "it has a record, and an older version ran later",
    served("/f"),
    { records: [record("000001", "/f")], unclaimed: [state("000002", [witness("/f")], 9)] },
    choice("known", "000001"),
  ],
  [
    "most functions of a socket belong to another directory",
    served("/f"),
    { unclaimed: [state("000001", [witness("/f", 1, 9), witness("/g", 2)])] },
    { ...FRESH, unclear: ["000001"] },
  ],
  [
    "as many functions of a socket belong to another directory, checked earlier",
    served("/f"),
    { unclaimed: [state("000001", [witness("/g", 2, 1), witness("/f", 2, 2)])] },
    choice("former", "000001"),
  ],
  [
    "no check names it, its socket is usual, and functions have the same names",
    served("/f", "/f", "app"),
    { unclaimed: [state(FORMER, [])] },
    choice("former", FORMER),
  ],
  [
    "no check names it, and functions have other names",
    served("/f", "/f", "other"),
    { unclaimed: [state(FORMER, [])] },
    { ...FRESH, unclear: [FORMER] },
  ],
  [
    "no check names it, and its socket is unusual",
    served("/f", "/f", "app"),
    { unclaimed: [state("000001", [])] },
    FRESH,
  ],
  [
    "checks name another directory for its usual socket",
    served("/f", "/f", "app"),
    { unclaimed: [state(FORMER, [witness("/g")])] },
    FRESH,
  ],
  [
    "its record is lost, and no check names it",
    served("/f"),
    { unclaimed: [state(deriveOwnerId("/f"), [])] },
    choice("former", deriveOwnerId("/f")),
  ],
  [
    "another socket derived its id",
    served("/f"),
    { unclaimed: [state(deriveOwnerId("/f"), [witness("/g")])] },
    choice("new", deriveOwnerId("/f", 1)),
  ],
];

for (const [what, directory, { records = [], unclaimed = [] }, expected] of rows) {
  Deno.test(`chooseOwner() when ${what}`, () => {
    const { type, id, others, unclear } = chooseOwner(directory, { records, unclaimed });
    assert.deepEqual({ type, id, others, unclear }, expected);
  });
}

Deno.test("chooseOwner() returns no user ids of another owner", () => {
  const id = deriveOwnerId("/f");
  const [first] = userRangeOf(id);
  // Next to it, by chance.
  const taken: OwnerRecord = { ...record("000001", "/g"), firstUid: first };
  const { firstUid } = chooseOwner(served("/f"), { records: [taken], unclaimed: [] });
  assert.ok(firstUid !== undefined && firstUid !== first);
  const known = { ...record(id, "/f"), firstUid };
  const again = chooseOwner(served("/f"), { records: [taken, known], unclaimed: [] });
  assert.equal(again.firstUid, firstUid);
  assert.equal(chooseOwner(served("/f"), { records: [], unclaimed: [] }).firstUid, undefined);
});
