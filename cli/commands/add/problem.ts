import { basename, dirname, join } from "node:path";
import { ENTRY_FILE } from "../../../lib/function/layout.ts";
import type { Source } from "./source.ts";

/** Options of {@linkcode explainProblem}. */
export interface ProblemPlace {
  readonly source: Source;
  readonly staged: string;
}

/** Rewrites the findings of a check for the user: with the source's paths, and a hint. */
export function explainProblem(problem: string, { source, staged }: ProblemPlace): string {
  switch (source.type) {
    case "archive":
      return problem.replaceAll(`${staged}/`, "").replaceAll(staged, "the archive");
    case "folder":
    case "link":
      return problem.replaceAll(staged, source.path);
    case "file": {
      const directory = dirname(source.path);
      const entry = join(staged, `index${source.ext}`);
      const said = problem.replaceAll(entry, source.path).replaceAll(staged, directory);
      return missesImport(problem, { staged, entry }) ? `${said}\n${hint(source.path)}` : said;
    }
    default:
      return source satisfies never;
  }
}

function missesImport(
  problem: string,
  { staged, entry }: { readonly staged: string; readonly entry: string },
): boolean {
  const others = problem.replaceAll(entry, "");
  return /Cannot find module|Module not found/.test(problem) && others.includes(`${staged}/`);
}

function hint(path: string): string {
  return `${basename(path)} was added without the files that it imports. Add the directory that ` +
    `contains all of them and an ${ENTRY_FILE}`;
}
