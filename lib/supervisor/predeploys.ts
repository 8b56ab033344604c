import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { createTurns } from "../system/turns.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";

/** Revisions whose predeploy scripts have succeeded, and the turns of scripts. */
export interface Predeploys {
  readonly has: (name: string, revision: string) => Promise<boolean>;
  /** Records a success; it is known until a restart even if the file can't be written. */
  readonly record: (name: string, revision: string) => Promise<void>;
  /** Runs a task of a function when its earlier ones have ended. */
  readonly alone: <Result>(name: string, task: () => Promise<Result>) => Promise<Result>;
  readonly forget: (name: string) => Promise<void>;
}

/** Number of revisions of a function that are remembered. */
const MAX_REVISIONS = 64;

/** Opens the records in a directory, which has a file for each function. */
export function openPredeploys(directory: string): Predeploys {
  const pathOf = (name: string): string => join(directory, `${name}.json`);
  const known = new Map<string, readonly string[]>();
  const turns = createTurns();

  async function read(name: string): Promise<readonly string[]> {
    const found = known.get(name) ?? parseRevisions(await readOptionalTextFile(pathOf(name)));
    known.set(name, found);
    return found;
  }

  return {
    has: async (name, revision) => (await read(name)).includes(revision),
    async record(name, revision) {
      const others = (await read(name)).filter((one) => one !== revision);
      const all = [revision, ...others].slice(0, MAX_REVISIONS);
      known.set(name, all);
      await writeWholeFile(pathOf(name), JSON.stringify(all));
    },
    alone: turns.run,
    async forget(name) {
      known.delete(name);
      await removeIfThere(pathOf(name));
    },
  };
}

/** Ignores what it can't read: the script runs again. */
function parseRevisions(text: string | undefined): readonly string[] {
  try {
    const all: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(all) ? all.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
