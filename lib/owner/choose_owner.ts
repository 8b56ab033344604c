import { deriveOwnerId } from "./owner_id.ts";
import type { OwnerRecord } from "./owner_record.ts";
import type { UnclaimedState, Witness } from "./unclaimed_state.ts";
import { userRangeOf } from "./user_range.ts";

/** A functions directory, as it is about to be served. */
export interface ServedDirectory {
  /** Absolute path that it is served by. */
  readonly path: string;
  /** Its real path. */
  readonly directory: string;
  /** Names of the folders in it. */
  readonly names: ReadonlySet<string>;
  /** Ids that an earlier version may have had for it, by the sockets that are usual. */
  readonly formerIds: ReadonlySet<string>;
}

/** All that is known below a state directory. */
export interface KnownOwners {
  readonly records: readonly OwnerRecord[];
  readonly unclaimed: readonly UnclaimedState[];
}

/** Which owner a functions directory has. */
export interface OwnerChoice extends Pick<OwnerRecord, "id" | "firstUid"> {
  /** It has a record, it is taken over from an earlier version, or it is new. */
  readonly type: "known" | "former" | "new";
  /** Path that it was served by last time, where that is another one. */
  readonly lastPath?: string | undefined;
  /** Ids of further state that was this directory's, used less recently. */
  readonly others: readonly string[];
  /** Ids of state that may hold something of this directory, and is not taken over. */
  readonly unclear: readonly string[];
}

/** Far more than owners of one state directory have the same id. */
const MAX_TURNS = 1_000;

/**
 * Chooses the owner of a functions directory: the one that was served by the same path last time,
 * also where a link on the path leads elsewhere now; else the one that has the same real path; else
 * what an earlier version kept for it, the most recently used first; else a new one.
 *
 * What such a version kept belongs to the directory that most of its records of checks name. Where
 * there are none, the id must be one of a usual socket, and a function there of the same name.
 *
 * @throws {RangeError} when no id is free
 */
export function chooseOwner(served: ServedDirectory, known: KnownOwners): OwnerChoice {
  const { records, unclaimed } = known;
  const record = newest(records.filter(({ path }) => path === served.path)) ??
    newest(records.filter(({ directory }) => directory === served.directory));
  if (record !== undefined) {
    const { id, firstUid, path } = record;
    const lastPath = path === served.path ? undefined : path;
    return { type: "known", id, firstUid, lastPath, others: [], unclear: [] };
  }
  const [former, ...others] = unclaimed.filter((state) => isOf(state, served))
    .sort((a, b) => b.usedAtMs - a.usedAtMs);
  if (former !== undefined) {
    return { type: "former", id: former.id, others: others.map(({ id }) => id), unclear: [] };
  }
  const unclear = unclaimed.filter((state) => mayBeOf(state, served)).map(({ id }) => id);
  return { type: "new", ...newOwner(served, known), others: [], unclear };
}

function newest(records: readonly OwnerRecord[]): OwnerRecord | undefined {
  return records.toSorted((a, b) => b.usedAtMs - a.usedAtMs)[0];
}

function isOf(state: UnclaimedState, served: ServedDirectory): boolean {
  const [witness] = state.witnesses.toSorted((a, b) =>
    b.functions - a.functions || b.checkedAtMs - a.checkedAtMs
  );
  if (witness !== undefined) return names(witness, served);
  if (state.id === deriveOwnerId(served.directory)) return true;
  return served.formerIds.has(state.id) && !state.names.isDisjointFrom(served.names);
}

/** Few of its functions are of this directory, or nothing says which they are of. */
function mayBeOf(state: UnclaimedState, served: ServedDirectory): boolean {
  if (state.witnesses.length > 0) return state.witnesses.some((one) => names(one, served));
  return served.formerIds.has(state.id) && state.names.size > 0;
}

function names({ path, directory }: Witness, served: ServedDirectory): boolean {
  return path === served.path || path === served.directory || directory === served.directory;
}

function newOwner(
  { directory }: ServedDirectory,
  { records, unclaimed }: KnownOwners,
): Pick<OwnerChoice, "id" | "firstUid"> {
  const taken = new Set([...records, ...unclaimed].map(({ id }) => id));
  const firstUids = new Set([
    ...records.map(({ id, firstUid }) => firstUid ?? userRangeOf(id)[0]),
    ...unclaimed.map(({ id }) => userRangeOf(id)[0]),
  ]);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const id = deriveOwnerId(directory, turn);
    if (taken.has(id)) continue;
    const [firstUid] = userRangeOf(id, firstUids);
    return firstUid === userRangeOf(id)[0] ? { id } : { id, firstUid };
  }
  throw new RangeError(
    `No owner's id is free for "${directory}". Remove records of directories that are gone, or ` +
      "choose another --state-dir",
  );
}
