/** One change of a name in a directory of a folder. */
export interface NameChange {
  /** Name of a file, with its directory where several directories belong to one folder. */
  readonly name: string;
  /**
   * `created`: a file, link or pipe appeared; `written`: content changed and a writer has the file
   * open; `closed`: a writer closed it; `placed`: a rename gave it this name; `gone`: it was removed,
   * or renamed to another name.
   */
  readonly kind: "created" | "written" | "closed" | "placed" | "gone";
}

/** Present state of a name that has changed. */
interface ChangedName {
  readonly state: "open" | "closed" | "placed" | "gone";
  /** The name did not exist before, as far as the events tell. */
  readonly isNew: boolean;
  /** Number of times that a writer closed it. */
  readonly writes: number;
}

/** Changes of a folder since its files last were settled, as events reported them. */
export interface WriteActivity {
  readonly names: ReadonlyMap<string, ChangedName>;
  /** There are changes of which the events do not tell enough. */
  readonly isVague: boolean;
  /** The whole folder was renamed into its place, and nothing in it has changed since. */
  readonly isPlaced: boolean;
  /** Time of the last event, by a clock that never steps. */
  readonly lastMs: number;
}

/** Maximum number of names to remember: temporary files of an editor and the file itself. */
const MAX_NAMES = 16;

/** Quiet time after a single write of one file, when its writer has closed it. */
export const SINGLE_WRITE_MS = 50;

/** Adds a change to the activity of a folder. */
export function noteChange(
  before: WriteActivity | undefined,
  { name, kind }: NameChange,
  nowMs: number,
): WriteActivity {
  const names = new Map(before?.names);
  const isVague = before?.isVague === true || names.size >= MAX_NAMES && !names.has(name);
  if (!isVague) {
    const next = nextState(names.get(name), kind);
    if (next === undefined) names.delete(name);
    else names.set(name, next);
  }
  return { names: isVague ? new Map() : names, isVague, isPlaced: false, lastMs: nowMs };
}

/** Returns the activity after changes that events do not describe. */
export function vagueActivity(nowMs: number): WriteActivity {
  return { names: new Map(), isVague: true, isPlaced: false, lastMs: nowMs };
}

/** Returns the activity after a rename of a whole folder into its place. */
export function placedActivity(nowMs: number): WriteActivity {
  return { names: new Map(), isVague: false, isPlaced: true, lastMs: nowMs };
}

/** Facts besides the events for {@linkcode quietTime}. */
export interface QuietFacts {
  /** Quiet time where events do not allow a shorter one. */
  readonly settleMs: number;
  /** The folder has had no settled files so far. */
  readonly isNew: boolean;
  /** ddsrv took new code from it a moment ago. */
  readonly isRecent: boolean;
  /** A file is empty that was not. */
  readonly isEmptied: boolean;
}

/**
 * Returns for how long a folder must have no events before its files count, in milliseconds. A
 * rename is complete, of a file or of the folder. A single write of one file needs 50 ms. Whatever
 * looks like a copy, a checkout, an editor that writes a file in pieces, or a program that writes
 * again and again needs `settleMs`.
 *
 * @example
 * ```ts
 * import { noteChange, quietTime } from "./write_activity.ts";
 * const activity = noteChange(undefined, { name: "index.ts", kind: "placed" }, 0);
 * const facts = { settleMs: 200, isNew: false, isRecent: false, isEmptied: false };
 * quietTime(activity, facts); // 0
 * ```
 */
export function quietTime(
  { names, isVague, isPlaced }: WriteActivity,
  { settleMs, isNew, isRecent, isEmptied }: QuietFacts,
): number {
  if (isVague || isRecent) return settleMs;
  if (isPlaced) return 0;
  const [changed, more] = names.values();
  if (isNew || isEmptied || changed === undefined || more !== undefined) return settleMs;
  if (changed.state === "placed") return 0;
  const isSingle = changed.state === "closed" && changed.writes === 1;
  return isSingle ? Math.min(SINGLE_WRITE_MS, settleMs) : settleMs;
}

/** Returns true for names that editors and copies use for files of their own. */
export function isScratchName(name: string): boolean {
  if (name.endsWith("~")) return true;
  return name.startsWith(".") && !name.startsWith(".env") && name !== ".npmrc";
}

/** Returns the next state of a name; `undefined` if a temporary file is gone again. */
function nextState(
  before: ChangedName | undefined,
  kind: NameChange["kind"],
): ChangedName | undefined {
  const { isNew = false, writes = 0 } = before ?? {};
  switch (kind) {
    case "created":
      return { state: "open", isNew: before === undefined, writes };
    case "written":
      return { state: "open", isNew, writes };
    case "closed":
      return { state: "closed", isNew, writes: writes + 1 };
    case "placed":
      return { state: "placed", isNew: before === undefined, writes: 0 };
    case "gone":
      return isNew ? undefined : { state: "gone", isNew, writes };
    default:
      return kind satisfies never;
  }
}
