/**
 * Whether `DEBUG` asks for more diagnostics: any value does but those that say no, for other programs
 * take names of their parts there.
 *
 * @example
 * ```ts
 * import { isDebug } from "./debug.ts";
 * isDebug("false"); // false
 * ```
 */
export function isDebug(text: string | undefined): boolean {
  return text !== undefined && !/^(?:|0|false|no|off)$/i.test(text);
}

/** Variables of the original's that are accepted and do nothing, with why. */
const UNUSED: readonly string[] = ["BASE_PORT", "MAX_PORT"];

/** What is to be said, to who debugs alone, of variables that do nothing here. */
export function describeUnused(environment: Readonly<Record<string, string>>): string[] {
  return UNUSED.filter((name) => (environment[name] ?? "") !== "")
    .map((name) => `${name} is not used: every function has all ports to itself`);
}
