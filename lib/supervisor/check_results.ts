import { join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";

/** A check that found nothing to say against a function's code. */
export interface PassedCheck {
  readonly revision: string;
  /** Absolute paths of all files that the revision is taken over, beside configuration. */
  readonly modules: readonly string[];
  /** All else that the check went by. */
  readonly key: string;
}

/** Passed checks, kept over restarts: nothing is checked twice. */
export interface CheckResults {
  /** Those of a function with that key, newest first. */
  readonly find: (name: string, key: string) => Promise<readonly PassedCheck[]>;
  readonly keep: (name: string, passed: PassedCheck) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
}

/** Where they are. */
export interface CheckResultsOptions {
  /** Holds a file for each function; root's own. */
  readonly directory: string;
  /** A function's module cache, which a check fills: without it, the check is worth nothing. */
  readonly cacheOf: (name: string) => Promise<string>;
  /** Told of what can't be kept: the check is good all the same. */
  readonly onWarning: (message: string) => void;
}

/** A passed check, and which cache it has filled. */
interface Written extends PassedCheck {
  readonly cache: string;
}

/** As many of a function as snapshots of it are kept, and the one that is to come. */
const MAX_KEPT = 4;

/** Passed checks below a directory. */
export function openCheckResults(
  { directory, cacheOf, onWarning }: CheckResultsOptions,
): CheckResults {
  const pathOf = (name: string): string => join(directory, `${name}.json`);

  /** Tells a directory from one that was made anew in its place. */
  async function identify(name: string): Promise<string> {
    const { dev, ino, birthtime } = await Deno.stat(await cacheOf(name));
    return `${dev}:${ino}:${birthtime?.getTime() ?? ""}`;
  }

  async function read(name: string): Promise<readonly Written[]> {
    const text = await readOptionalTextFile(pathOf(name));
    return text === undefined ? [] : parseWritten(text);
  }

  return {
    async find(name, key) {
      const written = (await read(name)).filter((one) => one.key === key);
      if (written.length === 0) return [];
      const cache = await identify(name);
      return written.filter((one) => one.cache === cache);
    },
    async keep(name, passed) {
      const cache = await identify(name);
      const others = (await read(name)).filter((one) => one.revision !== passed.revision);
      const all: Written[] = [{ ...passed, cache }, ...others].slice(0, MAX_KEPT);
      try {
        await writeWholeFile(pathOf(name), JSON.stringify(all));
      } catch (error) {
        onWarning(
          `${name}: its check can't be recorded, and is made again after a restart: ` +
            `${(error as Error).message}. Make room in "${directory}"`,
        );
      }
    },
    forget: (name) => removeIfThere(pathOf(name)),
  };
}

/** What can't be read is as good as not there: the check is made again. */
function parseWritten(text: string): readonly Written[] {
  try {
    const all: unknown = JSON.parse(text);
    return Array.isArray(all) ? all.filter(isWritten) : [];
  } catch {
    return [];
  }
}

function isWritten(value: unknown): value is Written {
  if (typeof value !== "object" || value === null) return false;
  const { revision, modules, key, cache } = value as Readonly<Record<string, unknown>>;
  return [revision, key, cache].every((one) => typeof one === "string") &&
    Array.isArray(modules) && modules.every((one) => typeof one === "string");
}
