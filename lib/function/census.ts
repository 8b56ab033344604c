import { countTree, MAX_TREE_DEPTH, type TreeCount } from "./tree_count.ts";

/** Options of {@linkcode createCensus}. */
export interface CensusOptions {
  /** Maximum number of entries in one folder's tree. */
  readonly maxFiles: number;
  readonly count?: (directory: string, maxEntries: number) => Promise<TreeCount>;
  readonly now?: () => number;
}

/** Question about the size of one folder. */
export interface CensusQuestion {
  readonly directory: string;
  /** Entries may have been added or removed. */
  readonly isChanged: boolean;
  /** Number of all folders, which share the time for counting. */
  readonly folders: number;
}

/** Known size of a folder. */
export interface CensusAnswer {
  /** Reason why it is too large; `undefined` if it is not. */
  readonly refusal: string | undefined;
  /** It has changed since the last count and must be counted before its code is used. */
  readonly isOwed: boolean;
}

/** Remembers which folders have more than `maxFiles` entries. */
export interface Census {
  readonly ask: (name: string, question: CensusQuestion) => Promise<CensusAnswer>;
  /** Forgets all other folders. */
  readonly keep: (names: { readonly has: (name: string) => boolean }) => void;
}

interface Counted {
  readonly directory: string;
  readonly atMs: number;
  readonly costMs: number;
  readonly refusal: string | undefined;
  /** It has changed since, but a new count is not due yet. */
  readonly isOwed: boolean;
}

/** Maximum share of the time for counting one folder, too small to affect other functions. */
const SHARE = 1 / 100;
/** Assumed cost per entry; measured times would grow on a busy machine. */
const COST_OF_ENTRY_MS = 0.001;
/** Minimum interval for counting folders without a change, to find changes in subdirectories. */
const MIN_LAPSE_MS = 30_000;
const LAPSE_PER_FOLDER_MS = 600;

/** Creates a census of the folders of one functions directory. */
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
  const rest = "The running revision keeps serving";
  switch (found.type) {
    case "counted":
      return undefined;
    case "tooMany":
      return `"${directory}" contains more than ${maxFiles} files and folders. ${rest}. Remove ` +
        "some, or raise --max-files";
    case "tooDeep":
      return `"${directory}" contains folders nested more than ${MAX_TREE_DEPTH} levels deep. ` +
        `${rest}. Reduce the nesting`;
    default:
      return found satisfies never;
  }
}
