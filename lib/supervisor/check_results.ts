import { dirname, join } from "node:path";
import { removeIfThere } from "../system/remove_if_there.ts";
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
  readonly find: (name: string, key: string) => Promise<PassedCheck | undefined>;
  readonly keep: (name: string, passed: PassedCheck) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
}

/** Where they are. */
export interface CheckResultsOptions {
  /** Holds a file for each function; root's own. */
  readonly directory: string;
  /** A function's module cache, which a check fills: without it, the check is worth nothing. */
  readonly cacheOf: (name: string) => Promise<string>;
}

/** What is written: a passed check, and which cache it has filled. */
interface Written extends PassedCheck {
  readonly cache: string;
}

/** Passed checks below a directory. */
export function openCheckResults({ directory, cacheOf }: CheckResultsOptions): CheckResults {
  const pathOf = (name: string): string => join(directory, `${name}.json`);

  /** Tells a directory from one that was made anew in its place. */
  async function identify(name: string): Promise<string> {
    const { dev, ino, birthtime } = await Deno.stat(await cacheOf(name));
    return `${dev}:${ino}:${birthtime?.getTime() ?? ""}`;
  }

  return {
    async find(name, key) {
      const text = await readOptionalTextFile(pathOf(name));
      const written = text === undefined ? undefined : parseWritten(text);
      if (written === undefined || written.key !== key) return undefined;
      return written.cache === await identify(name) ? written : undefined;
    },
    async keep(name, passed) {
      const path = pathOf(name);
      const written: Written = { ...passed, cache: await identify(name) };
      await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Whole or not at all.
      await Deno.writeTextFile(`${path}.new`, JSON.stringify(written));
      await Deno.rename(`${path}.new`, path);
    },
    forget: (name) => removeIfThere(pathOf(name)),
  };
}

/** One that can't be read is one that is not there: the check is made again. */
function parseWritten(text: string): Written | undefined {
  try {
    const { revision, modules, key, cache } = JSON.parse(text);
    const isWhole = [revision, key, cache].every((one) => typeof one === "string") &&
      Array.isArray(modules) && modules.every((one) => typeof one === "string");
    return isWhole ? { revision, modules, key, cache } : undefined;
  } catch {
    return undefined;
  }
}
