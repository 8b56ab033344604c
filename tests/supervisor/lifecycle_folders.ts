/** One state of a folder's files; each write makes another object, also when it reads the same. */
export interface Folder {
  /** Which of {@linkcode ENTRIES} its configuration and entry are. */
  readonly entry: number;
  /** Which state its other module is in, of which only a check tells. */
  readonly lib: number;
}

/** The modules that a check has named; a check that failed may not have found all. */
export interface KnownModules {
  readonly isComplete: boolean;
}

/** What comes of a folder's files. */
export interface Fate {
  readonly verdict: "good" | "manifest" | "check" | "start";
  /** Whether its policy lets it be idle. */
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

/** How many entries there are. */
export const ENTRY_COUNT: number = ENTRIES.length;

/** States of the other module; no check is content with the last one. */
export const LIB_COUNT = 3;

/** What comes of a folder's files; without a folder, the check finds nothing. */
export function fateOf(folder: Folder | undefined): Fate {
  if (folder === undefined) return { verdict: "check", hasIdlePolicy: false };
  const fate = ENTRIES[folder.entry]!;
  const isBroken = fate.verdict !== "manifest" && folder.lib === LIB_COUNT - 1;
  return isBroken ? { ...fate, verdict: "check" } : fate;
}

/** The revision over those of a folder's files that are known to count. */
export function revisionOf(folder: Folder | undefined, known: KnownModules | undefined): string {
  const { entry, lib } = folder ?? { entry: "-", lib: "-" };
  if (known === undefined) return `${entry}`;
  return `${entry}+${lib}${known.isComplete ? "" : "*"}`;
}
