import { dirname, resolve } from "node:path";

/** Source text of one module. */
export interface ModuleText {
  /** Absolute path of the module. */
  readonly path: string;
  readonly text: string;
}

/**
 * `new Worker(…)` with a literal that begins with `./` or `../`, alone or within `new URL(…)` or
 * `import.meta.resolve(…)`. A literal has at most 250 characters, so that no text takes long.
 */
const WORKER =
  /\bnew\s{1,20}(?:[\w$]{1,50}\s{0,20}\.\s{0,20})?Worker\s{0,20}\(\s{0,100}(new\s{1,20}URL\s{0,20}\(\s{0,100}|import\.meta\.resolve\s{0,20}\(\s{0,100})?(["'`])(\.{1,2}\/[^"'`$\n\\]{1,250})\2/g;

/**
 * Returns the local files that a module starts as workers, as far as its text names them: absolute
 * paths below `directory`, sorted. Deno's module graph has no workers. A bare relative path is
 * relative to the working directory, as in `node:worker_threads`.
 *
 * @example
 * ```ts
 * import { findWorkers } from "./find_workers.ts";
 * const text = 'new Worker(new URL("./w.ts", import.meta.url), { type: "module" })';
 * findWorkers({ path: "/f/a/lib/x.ts", text }, "/f/a"); // ["/f/a/lib/w.ts"]
 * ```
 */
export function findWorkers({ path, text }: ModuleText, directory: string): string[] {
  const found = Array.from(
    text.matchAll(WORKER),
    ([, around, , specifier]) =>
      resolve(around === undefined ? directory : dirname(path), specifier!),
  );
  return [...new Set(found)].filter((one) => one.startsWith(`${directory}/`)).sort();
}
