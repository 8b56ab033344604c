import { countTree, MAX_TREE_DEPTH, type TreeCount } from "./tree_count.ts";

/** Options for counting folders. */
export interface CensusOptions {
  /** The most entries of one folder's whole tree. */
  readonly maxFiles: number;
  readonly count?: (directory: string, maxEntries: number) => Promise<TreeCount>;
  readonly now?: () => number;
}

/** Question about the size of one folder. */
export interface CensusQuestion {
  readonly directory: string;
  /** Something may have come or gone in it. */
  readonly isChanged: boolean;
  /** Number of folders: they share the time in which all are counted. */
  readonly folders: number;
}

/** Known size of a folder. */
export interface CensusAnswer {
  /** Why it is too large; nothing when it is not. */
  readonly refusal: string | undefined;
  /** It has changed since it was counted, and is to be counted before it is taken for good. */
  readonly isOwed: boolean;
}

/** Remembers which folders hold more than may be. */
export interface Census {
  readonly ask: (name: string, question: CensusQuestion) => Promise<CensusAnswer>;
  /** Forgets all but these. */
  readonly keep: (names: { readonly has: (name: string) => boolean }) => void;
}

interface Counted {
  readonly directory: string;
  readonly atMs: number;
  readonly costMs: number;
  readonly refusal: string | undefined;
  /** It has changed since, and was counted too short a time ago. */
  readonly isOwed: boolean;
}

/**
 * The part of the time that one folder may have for being counted, whatever is done in it: less
 * than what a neighbour's slowest answers of a hundred would tell of.
 */
const SHARE = 1 / 100;
/** By entries and not by the clock: where the machine is busy, folders are none the larger. */
const COST_OF_ENTRY_MS = 0.001;
/** A folder that seems unchanged is counted as often, for what happens deep down in it. */
const MIN_LAPSE_MS = 30_000;
const LAPSE_PER_FOLDER_MS = 600;

/** A census of the folders of one functions directory. */
export function createCensus(
  { maxFiles, count = countTree, now = () => performance.now() }: CensusOptions,
): Census {
  const folders = new Map<string, Counted>();
  return {
    async ask(name, question) {
      const { directory } = question;
      const before = folders.get(name);
      if (before !== undefined && !isDue(before, { ...question, ageMs: now() - before.atMs })) {
        const isOwed = before.isOwed || question.isChanged;
        if (isOwed !== before.isOwed) folders.set(name, { ...before, isOwed });
        return { refusal: before.refusal, isOwed };
      }
      const found = await count(directory, maxFiles);
      const refusal = refuse(directory, { found, maxFiles });
      const entries = found.type === "counted" ? found.entries : maxFiles;
      const costMs = entries * COST_OF_ENTRY_MS;
      folders.set(name, { directory, atMs: now(), costMs, refusal, isOwed: false });
      return { refusal, isOwed: false };
    },
    keep(names) {
      for (const name of folders.keys()) if (!names.has(name)) folders.delete(name);
    },
  };
}

function isDue(
  before: Counted,
  { directory, isChanged, folders, ageMs }: CensusQuestion & { readonly ageMs: number },
): boolean {
  if (before.directory !== directory) return true;
  if (ageMs < before.costMs / SHARE) return false;
  if (isChanged || before.isOwed || before.refusal !== undefined) return true;
  return ageMs > Math.max(MIN_LAPSE_MS, folders * LAPSE_PER_FOLDER_MS);
}

function refuse(
  directory: string,
  { found, maxFiles }: { readonly found: TreeCount; readonly maxFiles: number },
): string | undefined {
  const rest = "The revision that serves goes on";
  switch (found.type) {
    case "counted":
      return undefined;
    case "tooMany":
      return `"${directory}" holds more than ${maxFiles} files and folders. ${rest}; remove some, ` +
        "or raise --max-files";
    case "tooDeep":
      return `"${directory}" holds folders that are nested more than ${MAX_TREE_DEPTH} levels ` +
        `deep. ${rest}; make it flatter`;
    default:
      return found satisfies never;
  }
}
