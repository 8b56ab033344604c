import type { Kind } from "./kind.ts";

/** Levels of a check; each does less than the one before. */
export const CHECK_LEVELS = ["types", "graph", "none"] as const;

/**
 * Type-check the code; only read its module graph; or only fetch its modules and start it in spite
 * of all errors.
 */
export type CheckLevel = typeof CHECK_LEVELS[number];

/** A level, or the default: the entry decides. */
export type CheckSetting = CheckLevel | "auto";

/** Modules that Deno type-checks; it checks no types in JavaScript. */
const TYPESCRIPT = /\.[cm]?tsx?$/;

/**
 * Returns the level at which to check a function. By default, TypeScript is type-checked.
 *
 * @example
 * ```ts
 * import { levelFor } from "./check_level.ts";
 * levelFor("index.ts", "auto"); // "types"
 * levelFor("main.js", "auto"); // "graph"
 * ```
 */
export function levelFor(entry: string, setting: CheckSetting): CheckLevel {
  if (setting !== "auto") return setting;
  return TYPESCRIPT.test(entry) ? "types" : "graph";
}

const HINT = `Give ${CHECK_LEVELS.join(", ")}, true for the default, or false for graph`;

/** A level of a check; `true` is the default and `false` is `graph`, as they always were. */
export const checkLevel: Kind<CheckSetting> = {
  placeholder: "level",
  choices: CHECK_LEVELS,
  parse(text) {
    const value = text.toLowerCase();
    if (/^(?:true|1|yes)$/.test(value)) return "auto";
    if (/^(?:false|0|no)$/.test(value)) return "graph";
    const level = CHECK_LEVELS.find((one) => one === value);
    if (level !== undefined) return level;
    throw new SyntaxError(`"${text}" is not a level of checks. ${HINT}`);
  },
  write: (value) => value === "auto" ? true : value,
  schema: (zod) =>
    zod.union([
      zod.enum(CHECK_LEVELS),
      zod.boolean().transform((isChecked): CheckSetting => isChecked ? "auto" : "graph"),
    ], { error: HINT }),
};
