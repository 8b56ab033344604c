import { deriveOwnerId } from "./owner_id.ts";
import type { OwnerRecord } from "./owner_record.ts";
import type { UnclaimedState, Witness } from "./unclaimed_state.ts";
import { userRangeOf } from "./user_range.ts";

/** A functions directory that will be served. */
export interface ServedDirectory {
  /** Absolute path under which it is served. */
  readonly path: string;
  /** Its real path. */
  readonly directory: string;
  /** Names of the folders in it. */
  readonly names: ReadonlySet<string>;
  /** Ids that an earlier version may have used for it, from the usual control sockets. */
  readonly formerIds: ReadonlySet<string>;
}

/** Owners that have state in a state directory. */
export interface KnownOwners {
  readonly records: readonly OwnerRecord[];
  readonly unclaimed: readonly UnclaimedState[];
}

/** The owner of a functions directory. */
export interface OwnerChoice extends Pick<OwnerRecord, "id" | "firstUid"> {
  /** `known`: has a record. `former`: adopts state of an earlier version. `new`: has no state. */
  readonly type: "known" | "former" | "new";
  /** Path under which it was served last time, if it differs. */
  readonly lastPath?: string | undefined;
  /** Ids of other, less recently used state of this directory. */
  readonly others: readonly string[];
  /** Ids of state that may belong to this directory, and is not adopted. */
  readonly unclear: readonly string[];
}

/** Maximum number of attempts, far above the number of owners with the same first id. */
const MAX_TURNS = 1_000;

/**
 * Chooses the owner of a functions directory: first the one that was served under the same path,
 * also if a link on the path changed; then the one with the same real path; then the most recently
 * used state of an earlier version; otherwise a new one.
 *
 * State of an earlier version belongs to the directory that most of its check records name. Without
 * check records, its id must be that of a usual control socket, and it must have a function of the
 * same name.
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

/** Returns true if a minority of its check records name the directory, or none names any. */
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
    `No owner id is free for "${directory}". Remove the records of deleted directories, or ` +
      "choose another --state-dir",
  );
}
