import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";

/**
 * The file that remembers which functions stay awake without requests, so that they start again
 * after a restart of ddsrv or the end of their process.
 */
export interface KeptStays {
  /** Returns true if this revision stays awake; `undefined` if it is not known yet. */
  readonly find: (name: string, revision: string) => boolean | undefined;
  /** Remembers it, in place of what was known of another revision. Writes in the background. */
  readonly record: (name: string, revision: string, isAwake: boolean) => void;
  readonly forget: (name: string) => Promise<void>;
  /** Resolves when the present state has been written. */
  readonly saved: () => Promise<void>;
}

interface KnownStay {
  readonly revision: string;
  readonly isAwake: boolean;
}

/**
 * Reads the file, and ignores what it can't read. Only root, or the supervisor's user, may write to
 * its directory.
 */
export async function openKeptStays(
  path: string,
  onWarning: (message: string) => void,
): Promise<KeptStays> {
  const known = parseStays(await readOptionalTextFile(path) ?? "{}");
  let isChanged = false;
  let saving: Promise<void> | undefined;

  async function saveAll(): Promise<void> {
    while (isChanged) {
      isChanged = false;
      try {
        await writeWholeFile(path, `${JSON.stringify(Object.fromEntries(known))}\n`);
      } catch (error) {
        onWarning(
          "Cannot record which functions stay awake, so after a restart they may wait for a " +
            `request: ${(error as Error).message}. Make room for "${path}"`,
        );
      }
    }
  }

  function save(): Promise<void> {
    isChanged = true;
    saving ??= saveAll().finally(() => saving = undefined);
    return saving;
  }

  return {
    find(name, revision) {
      const stay = known.get(name);
      return stay?.revision === revision ? stay.isAwake : undefined;
    },
    record(name, revision, isAwake) {
      const before = known.get(name);
      if (before?.revision === revision && before.isAwake === isAwake) return;
      known.set(name, { revision, isAwake });
      void save();
    },
    async forget(name) {
      if (known.delete(name)) await save();
    },
    saved: async () => await saving,
  };
}

function parseStays(text: string): Map<string, KnownStay> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Map();
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const entries: [string, unknown][] = Object.entries(isObject ? value as object : {});
  return new Map(entries.filter((entry): entry is [string, KnownStay] => isStay(entry[1])));
}

function isStay(value: unknown): boolean {
  const { revision, isAwake } = Object(value) as Partial<Record<keyof KnownStay, unknown>>;
  return typeof revision === "string" && typeof isAwake === "boolean";
}
