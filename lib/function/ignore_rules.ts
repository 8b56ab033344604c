import ignore, { type Ignore } from "ignore";
import { ConfigError } from "../config/json_file.ts";
import { rebasePatterns } from "./ignore_patterns.ts";

const MAX_PATTERNS = 5_000;

/** The time for one path grows with this power of its depth. */
const MAX_DEEP_WILDCARDS = 3;

/** Text of an ignore file; `base` is its directory, relative to the top, with `/`. */
export interface RulesFile {
  readonly base: string;
  readonly text: string;
}

/** Patterns of several ignore files together. */
export interface Rules {
  /** Adds an ignore file before the last ones. */
  readonly add: (file: RulesFile) => void;
  /** The path is relative to the top; a directory ends with a slash. */
  readonly ignores: (path: string) => boolean;
}

/**
 * Joins ignore files; the last pattern that matches decides, and those of `last` stay last.
 *
 * @throws {ConfigError} if there are too many patterns, or one that would take too long
 */
export function createRules(files: readonly RulesFile[], last: readonly RulesFile[]): Rules {
  let count = 0;
  const compile = (rules: readonly RulesFile[]): Ignore => {
    const patterns = rules.flatMap(({ base, text }) => rebasePatterns(text, base));
    count += patterns.length;
    const costly = patterns.find((one) => one.split("**").length - 1 > MAX_DEEP_WILDCARDS);
    if (costly !== undefined) {
      throw new ConfigError(
        `The pattern ${
          JSON.stringify(costly.slice(0, 100))
        } of an ignore file has "**" more than ` +
          `${MAX_DEEP_WILDCARDS} times. Write a shorter one`,
      );
    }
    if (count <= MAX_PATTERNS) return ignore({ ignoreCase: false }).add(patterns);
    throw new ConfigError(
      `The .gitignore files have more than ${MAX_PATTERNS} patterns. Remove some`,
    );
  };
  const git = compile(files);
  const end = compile(last);
  const joinAll = (): Ignore => ignore({ ignoreCase: false }).add([git, end]);
  let joined = joinAll();
  return {
    add(file) {
      git.add(compile([file]));
      joined = joinAll();
    },
    ignores: (path) => joined.ignores(path),
  };
}
