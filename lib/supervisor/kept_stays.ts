import { jsonEntries } from "../system/json_entries.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { createLatestSaver } from "../system/save_latest.ts";

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
  const { save, saved } = createLatestSaver({
    path,
    content: () => `${JSON.stringify(Object.fromEntries(known))}\n`,
    onError: ({ message }) =>
      onWarning(
        "Cannot record which functions stay awake, so after a restart they may wait for a " +
          `request: ${message}. Make room for "${path}"`,
      ),
  });

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
    saved,
  };
}

function parseStays(text: string): Map<string, KnownStay> {
  return new Map(
    jsonEntries(text).filter((entry): entry is [string, KnownStay] => isStay(entry[1])),
  );
}

function isStay(value: unknown): boolean {
  const { revision, isAwake } = Object(value) as Partial<Record<keyof KnownStay, unknown>>;
  return typeof revision === "string" && typeof isAwake === "boolean";
}
