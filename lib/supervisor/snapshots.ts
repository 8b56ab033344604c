import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { measureTree } from "../function/tree_size.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** A copy of a function's folder, taken when a revision began to serve. */
export interface Snapshot {
  /** The revision that served: 64 hexadecimal digits. */
  readonly revision: string;
  /** Revision of the folder alone: files shared with other functions may have changed since. */
  readonly ownRevision: string;
  readonly path: string;
}

/** The folder that {@linkcode Snapshots.take} copies. */
export interface SnapshotSource extends Omit<Snapshot, "path"> {
  readonly directory: string;
  /** Computes `ownRevision` again: the folder may change during the copy. */
  readonly takeOwn: () => Promise<string>;
}

/** Snapshots of all functions, for rollbacks. */
export interface Snapshots {
  /** Newest first. */
  readonly list: (name: string) => readonly Snapshot[];
  /**
   * Copies a folder, or moves an equal snapshot to the front. Skips a folder that is a link, is too
   * large, or changes meanwhile.
   */
  readonly take: (
    name: string,
    source: SnapshotSource,
    options?: {
      /** Returns true for revisions that a rollback has undone: they make room first. */
      readonly isUndone?: (revision: string) => boolean;
    },
  ) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
}

/** Options of {@linkcode openSnapshots}. */
export interface SnapshotsOptions {
  readonly directory: string;
  readonly copy: (source: string, target: string) => Promise<void>;
}

/** Maximum number of snapshots per function. */
const MAX_SNAPSHOTS = 3;

/** Maximum size of a folder. */
const LIMITS = { bytes: 64 * 1024 ** 2, entries: 10_000 };

/** Name of a snapshot's directory: time, revision, and revision of the folder alone. */
const NAME = /^(\d{15})-([0-9a-f]{64})-([0-9a-f]{64})$/;

/** Opens the snapshots in a directory; creates it with mode 0700 if it is missing. */
export async function openSnapshots({ directory, copy }: SnapshotsOptions): Promise<Snapshots> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const snapshots = new Map<string, readonly Snapshot[]>();
  for await (const { name } of Deno.readDir(directory)) {
    snapshots.set(name, await readSnapshots(join(directory, name)));
  }

  async function take(
    name: string,
    source: SnapshotSource,
    { isUndone = () => false }: { readonly isUndone?: (revision: string) => boolean } = {},
  ): Promise<void> {
    const { directory: folder, revision, ownRevision } = source;
    const home = join(directory, name);
    const present = snapshots.get(name) ?? [];
    // Names sort by time, even if the clock was set back since the last snapshot.
    const timeMs = Math.max(Date.now(), 1 + timeOf(present[0]));
    const path = join(home, `${String(timeMs).padStart(15, "0")}-${revision}-${ownRevision}`);
    const same = present.find((snapshot) => snapshot.ownRevision === ownRevision);
    const isRenamed = same !== undefined && await renameIfThere(same.path, path);
    if (!isRenamed) {
      if (!(await Deno.lstat(folder)).isDirectory) return;
      const { bytes, entries } = await measureTree(folder, LIMITS);
      if (bytes > LIMITS.bytes || entries > LIMITS.entries) return;
      await Deno.mkdir(home, { recursive: true, mode: 0o700 });
      const beside = join(home, `.${randomUUID()}`);
      try {
        await copy(folder, beside);
        if (await source.takeOwn() !== ownRevision) return;
        await Deno.rename(beside, path);
      } finally {
        await removeIfThere(beside);
      }
    }
    const latest: Snapshot = { revision, ownRevision, path };
    const all = [latest, ...present.filter((snapshot) => snapshot !== same)];
    const isLess = (one: Snapshot): boolean => one !== latest && isUndone(one.revision);
    const kept = new Set(
      [...all.filter((one) => !isLess(one)), ...all.filter(isLess)].slice(0, MAX_SNAPSHOTS),
    );
    snapshots.set(name, all.filter((one) => kept.has(one)));
    for (const old of all) if (!kept.has(old)) await removeIfThere(old.path);
  }

  return {
    list: (name) => snapshots.get(name) ?? [],
    take,
    async forget(name) {
      snapshots.delete(name);
      await removeIfThere(join(directory, name));
    },
  };
}

/** Renames a snapshot; returns false if somebody has removed it. */
async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Returns the time in a snapshot's name; 0 without a snapshot. */
function timeOf(snapshot: Snapshot | undefined): number {
  return snapshot === undefined ? 0 : Number(basename(snapshot.path).split("-", 1)[0]);
}

/** Reads the snapshots, newest first; removes incomplete ones, which have another name. */
async function readSnapshots(directory: string): Promise<Snapshot[]> {
  const found: { readonly name: string; readonly snapshot: Snapshot }[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const path = join(directory, name);
    const [, , revision, ownRevision] = NAME.exec(name) ?? [];
    if (revision === undefined || ownRevision === undefined) await removeIfThere(path);
    else found.push({ name, snapshot: { revision, ownRevision, path } });
  }
  return found.sort((a, b) => a.name < b.name ? 1 : -1).map(({ snapshot }) => snapshot);
}
