/**
 * Returns true if `DEBUG` asks for diagnostics. Every value does, except those that mean no: other
 * programs expect names of their modules there.
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

/** Variables of dynamic-deno-server that have no effect. */
const UNUSED: readonly string[] = ["BASE_PORT", "MAX_PORT"];

/** Returns a debug message for each variable that is set and has no effect. */
export function describeUnused(environment: Readonly<Record<string, string>>): string[] {
  return UNUSED.filter((name) => (environment[name] ?? "") !== "")
    .map((name) => `${name} has no effect: each function has its own ports`);
}
