import { writeWholeFile } from "./write_whole_file.ts";

/** Writes the latest state of something to a file, in the background. */
export interface LatestSaver {
  /** Writes the present state; resolves when it is written. One write covers several calls at once. */
  readonly save: () => Promise<void>;
  /** Resolves when no write is pending. */
  readonly saved: () => Promise<void>;
}

/** Options of {@linkcode createLatestSaver}. */
export interface LatestSaverOptions {
  readonly path: string;
  /** Returns the present content of the file. */
  readonly content: () => string;
  /** Called when the file can't be written; the next save tries again. */
  readonly onError: (error: Error) => void;
}

/** Creates the saver of one file. */
export function createLatestSaver({ path, content, onError }: LatestSaverOptions): LatestSaver {
  let isChanged = false;
  let saving: Promise<void> | undefined;

  async function saveAll(): Promise<void> {
    while (isChanged) {
      isChanged = false;
      await writeWholeFile(path, content()).catch(onError);
    }
  }

  return {
    save() {
      isChanged = true;
      saving ??= saveAll().finally(() => saving = undefined);
      return saving;
    },
    saved: async () => await saving,
  };
}
