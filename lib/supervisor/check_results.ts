import { join } from "node:path";
import { fileIdentity } from "../system/file_identity.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";

/** A check that a function has passed. */
export interface PassedCheck {
  readonly revision: string;
  /** Absolute paths of all files that the revision covers, without configuration files. */
  readonly modules: readonly string[];
  /** The check made a lock file, see `openKeptLocks`. */
  readonly hasLock: boolean;
  /** The check installed packages, see `openKeptPackages`; `false` when left out. */
  readonly hasPackages?: boolean;
  /** All other input of the check, such as settings and the version of Deno. */
  readonly key: string;
}

/** Passed checks, which outlive a restart: the same source is not checked twice. */
export interface CheckResults {
  /** Returns a function's passed checks with that key, newest first. */
  readonly find: (name: string, key: string) => Promise<readonly PassedCheck[]>;
  readonly record: (name: string, passed: PassedCheck) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
}

/** Options of {@linkcode openCheckResults}. */
export interface CheckResultsOptions {
  /** Holds a file for each function; only root may write to it. */
  readonly directory: string;
  /** Returns a function's module cache. A check fills it; without it, a result is not valid. */
  readonly cacheOf: (name: string) => Promise<string>;
  /** Called when a result can't be written; the check itself remains valid. */
  readonly onWarning: (message: string) => void;
}

/** A passed check, and the cache that it filled. */
interface Written extends PassedCheck {
  readonly cache: string;
}

/** Maximum number of results per function: one for each snapshot, and one for new code. */
const MAX_RESULTS = 4;

/** Opens the passed checks in a directory. */
export function openCheckResults(
  { directory, cacheOf, onWarning }: CheckResultsOptions,
): CheckResults {
  const pathOf = (name: string): string => join(directory, `${name}.json`);

  /** Identifies a cache: a new directory in its place has another identity. */
  async function identify(name: string): Promise<string> {
    return fileIdentity(await Deno.stat(await cacheOf(name)));
  }

  async function read(name: string): Promise<readonly Written[]> {
    const text = await readOptionalTextFile(pathOf(name));
    return text === undefined ? [] : parseWritten(text);
  }

  return {
    async find(name, key) {
      const written = (await read(name)).filter((check) => check.key === key);
      if (written.length === 0) return [];
      const cache = await identify(name);
      return written.filter((check) => check.cache === cache);
    },
    async record(name, passed) {
      const cache = await identify(name);
      const others = (await read(name)).filter(({ revision }) => revision !== passed.revision);
      const all: Written[] = [{ ...passed, cache }, ...others].slice(0, MAX_RESULTS);
      try {
        await writeWholeFile(pathOf(name), JSON.stringify(all));
      } catch (error) {
        onWarning(
          `${name}: Cannot record its check, which will run again after a restart: ` +
            `${(error as Error).message}. Make room in "${directory}"`,
        );
      }
    },
    forget: (name) => removeIfThere(pathOf(name)),
  };
}

/** Ignores what it can't read: the check runs again. */
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
  const { revision, modules, hasLock, key, cache } = value as Readonly<Record<string, unknown>>;
  return [revision, key, cache].every((one) => typeof one === "string") &&
    typeof hasLock === "boolean" && Array.isArray(modules) &&
    modules.every((one) => typeof one === "string");
}
