import {
  isScratchName,
  type NameChange,
  noteChange,
  placedActivity,
  quietTime,
  vagueActivity,
  type WriteActivity,
} from "./write_activity.ts";

/** Quiet time that a folder needs, and its last event. */
export interface Rest {
  readonly quietMs: number;
  readonly lastMs: number;
}

/** Options of {@linkcode ActivityLog.restOf}. */
export interface RestOptions {
  readonly nowMs: number;
  readonly settleMs: number;
  /** The folder has had no settled files so far. */
  readonly isNew: boolean;
  /** A file is empty that was not. */
  readonly isEmptied: boolean;
}

/** Options of {@linkcode ActivityLog.settled}. */
export interface SettledOptions {
  readonly nowMs: number;
  readonly settleMs: number;
  /** The scan took new code from the files; otherwise they are as before. */
  readonly isTaken: boolean;
}

/** Events of folders since their files last were settled. All times are of one clock. */
export interface ActivityLog {
  /** Notes a change of a name in a directory that belongs to this folder alone. */
  readonly note: (folder: string, change: NameChange, nowMs: number) => void;
  /** Notes that a folder was renamed into its place. */
  readonly placed: (folder: string, nowMs: number) => void;
  /** Returns true if a folder was renamed into its place, and no event has followed. */
  readonly isPlaced: (folder: string) => boolean;
  /** Notes that anything may have changed in a folder. */
  readonly vague: (folder: string, nowMs: number) => void;
  /** Notes that anything may have changed in any folder. */
  readonly vagueAll: (nowMs: number) => void;
  /** Forgets a folder whose events are no longer reported. */
  readonly forget: (folder: string) => void;
  /** Returns the quiet time that a folder needs; `undefined` if no event tells. */
  readonly restOf: (folder: string, options: RestOptions) => Rest | undefined;
  /** A scan found the files settled. */
  readonly settled: (folder: string, options: SettledOptions) => void;
  /** Forgets all other folders. */
  readonly keep: (names: { readonly has: (name: string) => boolean }, nowMs: number) => void;
}

/** New code that a scan took, and how long further new code needs the whole quiet time. */
export interface Pace {
  readonly takenAtMs: number;
  readonly recentMs: number;
}

const FIRST_RECENT_MS = 500;
const LAST_RECENT_MS = 16_000;

/**
 * Returns the pace after a scan took new code. The time doubles while new code keeps coming, so that
 * a folder that is replaced many times a second does not start a check each time.
 */
export function nextPace(before: Pace | undefined, takenAtMs: number): Pace {
  const isSoon = before !== undefined && takenAtMs - before.takenAtMs < 2 * before.recentMs;
  const recentMs = isSoon ? Math.min(LAST_RECENT_MS, 2 * before.recentMs) : FIRST_RECENT_MS;
  return { takenAtMs, recentMs };
}

/** Creates an empty log. */
export function createActivityLog(): ActivityLog {
  const activities = new Map<string, WriteActivity>();
  const paces = new Map<string, Pace>();
  /** Time of the last change that no folder is known for. */
  let anyMs = -Infinity;
  const isRecent = (folder: string, nowMs: number): boolean => {
    const pace = paces.get(folder);
    return pace !== undefined && nowMs - pace.takenAtMs < pace.recentMs;
  };

  return {
    note(folder, change, nowMs) {
      if (isScratchName(change.name.slice(change.name.lastIndexOf("/") + 1))) return;
      activities.set(folder, noteChange(activities.get(folder), change, nowMs));
    },
    placed: (folder, nowMs) => void activities.set(folder, placedActivity(nowMs)),
    isPlaced: (folder) => activities.get(folder)?.isPlaced === true,
    vague: (folder, nowMs) => void activities.set(folder, vagueActivity(nowMs)),
    vagueAll(nowMs) {
      anyMs = nowMs;
      activities.clear();
    },
    forget: (folder) => void activities.delete(folder),
    restOf(folder, { nowMs, settleMs, isNew, isEmptied }) {
      const activity = activities.get(folder);
      if (activity === undefined || nowMs - anyMs < settleMs) return undefined;
      const facts = { settleMs, isNew, isEmptied, isRecent: isRecent(folder, nowMs) };
      return { quietMs: quietTime(activity, facts), lastMs: activity.lastMs };
    },
    settled(folder, { nowMs, settleMs, isTaken }) {
      // A write may have begun with temporary files.
      const isOver = nowMs - (activities.get(folder)?.lastMs ?? -Infinity) >= settleMs;
      if (isTaken || isOver) activities.delete(folder);
      if (isTaken) paces.set(folder, nextPace(paces.get(folder), nowMs));
    },
    keep(names, nowMs) {
      for (const name of activities.keys()) if (!names.has(name)) activities.delete(name);
      for (const [name, { takenAtMs, recentMs }] of paces) {
        if (nowMs - takenAtMs >= 2 * recentMs) paces.delete(name);
      }
    },
  };
}
