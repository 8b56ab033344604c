/** One state of a folder's files; each write creates a new object, even with equal content. */
export interface Folder {
  /** Index in {@linkcode ENTRIES} of its configuration and entry. */
  readonly entry: number;
  /** State of its other module, which only a check finds. */
  readonly lib: number;
}

/** Modules that a check has named; a failed check may not have found all. */
export interface KnownModules {
  readonly isComplete: boolean;
}

/** Result of checking and starting a folder's files. */
export interface Fate {
  readonly verdict: "good" | "manifest" | "check" | "start";
  /** True if its policy lets it be idle. */
  readonly hasIdlePolicy: boolean;
}

const ENTRIES: readonly Fate[] = [
  { verdict: "good", hasIdlePolicy: false },
  { verdict: "good", hasIdlePolicy: true },
  { verdict: "good", hasIdlePolicy: false },
  { verdict: "good", hasIdlePolicy: true },
  { verdict: "manifest", hasIdlePolicy: false },
  { verdict: "check", hasIdlePolicy: true },
  { verdict: "start", hasIdlePolicy: false },
  { verdict: "start", hasIdlePolicy: true },
];

/** Number of entries. */
export const ENTRY_COUNT: number = ENTRIES.length;

/** States of the other module; a check fails with the last one. */
export const LIB_COUNT = 3;

/** Returns the result for a folder's files; without a folder, the check finds nothing. */
export function fateOf(folder: Folder | undefined): Fate {
  if (folder === undefined) return { verdict: "check", hasIdlePolicy: false };
  const fate = ENTRIES[folder.entry]!;
  const isBroken = fate.verdict !== "manifest" && folder.lib === LIB_COUNT - 1;
  return isBroken ? { ...fate, verdict: "check" } : fate;
}

/** Returns the revision of the folder's known files. */
export function revisionOf(folder: Folder | undefined, known: KnownModules | undefined): string {
  const { entry, lib } = folder ?? { entry: "-", lib: "-" };
  if (known === undefined) return `${entry}`;
  return `${entry}+${lib}${known.isComplete ? "" : "*"}`;
}
