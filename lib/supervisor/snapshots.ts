import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { measureTree } from "../function/tree_size.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** A function's folder as it was when a revision of it came to serve. */
export interface Snapshot {
  /** The revision that served: 64 hexadecimal digits. */
  readonly revision: string;
  /** The folder's own part of it: what is shared with others may have changed since. */
  readonly own: string;
  readonly path: string;
}

/** What {@linkcode Snapshots.take} keeps. */
export interface SnapshotSource extends Omit<Snapshot, "path"> {
  readonly directory: string;
  /** The folder's own part of the revision as it is now: it may change while it is copied. */
  readonly takeOwn: () => Promise<string>;
}

/** The last good revisions of all functions, to go back to. */
export interface Snapshots {
  /** Newest first. */
  readonly list: (name: string) => readonly Snapshot[];
  /**
   * Keeps a folder, if it is not kept already; one that is a link, is too large or changes meanwhile
   * is not.
   */
  readonly take: (name: string, source: SnapshotSource) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
}

/** Where they are, and how a folder is copied. */
export interface SnapshotsOptions {
  readonly directory: string;
  readonly copy: (source: string, target: string) => Promise<void>;
}

/** How many of a function are kept. */
const MAX_SNAPSHOTS = 3;

/** Larger folders are not kept. */
const MOST = { bytes: 64 * 1024 ** 2, entries: 10_000 };

/** What the name of a snapshot's directory tells: its place in time, and what it is of. */
const NAME = /^(\d{15})-([0-9a-f]{64})-([0-9a-f]{64})$/;

/** Opens the snapshots below a directory, which is made if it is missing; root's alone. */
export async function openSnapshots({ directory, copy }: SnapshotsOptions): Promise<Snapshots> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const kept = new Map<string, readonly Snapshot[]>();
  for await (const { name } of Deno.readDir(directory)) {
    kept.set(name, await readSnapshots(join(directory, name)));
  }

  async function take(name: string, source: SnapshotSource): Promise<void> {
    const { directory: folder, revision, own } = source;
    const home = join(directory, name);
    const present = kept.get(name) ?? [];
    // Names tell the order, also where the clock was set back since the last one.
    const timeMs = Math.max(Date.now(), 1 + timeOf(present[0]));
    const path = join(home, `${String(timeMs).padStart(15, "0")}-${revision}-${own}`);
    const same = present.find((one) => one.own === own);
    if (same === undefined) {
      if (!(await Deno.lstat(folder)).isDirectory) return;
      const { bytes, entries } = await measureTree(folder, MOST);
      if (bytes > MOST.bytes || entries > MOST.entries) return;
      await Deno.mkdir(home, { recursive: true, mode: 0o700 });
      const beside = join(home, `.${randomUUID()}`);
      try {
        await copy(folder, beside);
        if (await source.takeOwn() !== own) return;
        await Deno.rename(beside, path);
      } finally {
        await removeIfThere(beside);
      }
    } else await Deno.rename(same.path, path);
    const all = [{ revision, own, path }, ...present.filter((one) => one !== same)];
    kept.set(name, all.slice(0, MAX_SNAPSHOTS));
    for (const old of all.slice(MAX_SNAPSHOTS)) await removeIfThere(old.path);
  }

  return {
    list: (name) => kept.get(name) ?? [],
    take,
    async forget(name) {
      kept.delete(name);
      await removeIfThere(join(directory, name));
    },
  };
}

/** The time in a snapshot's name; 0 where there is none. */
function timeOf(snapshot: Snapshot | undefined): number {
  return snapshot === undefined ? 0 : Number(basename(snapshot.path).split("-", 1)[0]);
}

/** What is half made has another name, and is removed. */
async function readSnapshots(directory: string): Promise<Snapshot[]> {
  const found: { readonly name: string; readonly snapshot: Snapshot }[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const path = join(directory, name);
    const [, , revision, own] = NAME.exec(name) ?? [];
    if (revision === undefined || own === undefined) await removeIfThere(path);
    else found.push({ name, snapshot: { revision, own, path } });
  }
  return found.sort((a, b) => a.name < b.name ? 1 : -1).map(({ snapshot }) => snapshot);
}
