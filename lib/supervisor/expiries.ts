import { judgeName } from "../config/function_name.ts";
import { jsonEntries } from "../system/json_entries.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { createSemaphore } from "../system/semaphore.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";

/** When functions expire, by the wall clock; in one file, which outlives a restart. */
export interface Expiries {
  /** Milliseconds since the epoch, by name. */
  readonly present: ReadonlyMap<string, number>;
  /**
   * Sets when a function expires, or with `undefined` that it does not. Returns the time that was
   * set before.
   *
   * @throws {Error} if that can't be written; nothing has changed then
   */
  readonly set: (name: string, atMs: number | undefined) => Promise<number | undefined>;
}

/** Opens the file, which is created with the first time; only root writes to its directory. */
export async function openExpiries(
  path: string,
  onWarning: (message: string) => void,
): Promise<Expiries> {
  const text = await readOptionalTextFile(path);
  const present = parseExpiries(text ?? "");
  if (text !== undefined && present === undefined) {
    onWarning(
      `Cannot read "${path}": its content is not valid. No function expires. To set a time again: ` +
        "ddsrv deploy --ttl",
    );
  }
  const known = present ?? new Map<string, number>();
  const turn = createSemaphore(1);
  return {
    present: known,
    set: (name, atMs) =>
      turn.run(async () => {
        const before = known.get(name);
        if (before === atMs) return before;
        const next = new Map(known);
        if (atMs === undefined) next.delete(name);
        else next.set(name, atMs);
        await writeWholeFile(path, formatExpiries(next));
        if (atMs === undefined) known.delete(name);
        else known.set(name, atMs);
        return before;
      }),
  };
}

/**
 * Parses the file; `undefined` if it is damaged.
 *
 * @example
 * ```ts
 * import { parseExpiries } from "./expiries.ts";
 * parseExpiries('{ "shop": "2026-03-01T12:00:00.000Z" }')?.get("shop"); // 1772366400000
 * ```
 */
export function parseExpiries(text: string): Map<string, number> | undefined {
  const entries = jsonEntries(text).map(([name, at]) => [name, Date.parse(String(at))] as const);
  const isValid = text.trimStart().startsWith("{") &&
    entries.every(([name, atMs]) => judgeName(name).type === "function" && !Number.isNaN(atMs));
  return isValid && (entries.length > 0 || /^\s*\{\s*\}\s*$/.test(text))
    ? new Map(entries)
    : undefined;
}

function formatExpiries(expiries: ReadonlyMap<string, number>): string {
  const entries = Array.from(expiries, ([name, atMs]) => [name, new Date(atMs).toISOString()]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
