import { z } from "zod";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { pageProblem } from "./maintenance_page.ts";
import type { HandStop } from "./state.ts";

/** The stop of a function can't be recorded or ended; the message says why and what to do. */
export class HandStopError extends Error {
  override readonly name = "HandStopError";
}

const written = z.strictObject({
  since: z.iso.datetime(),
  page: z.string().refine((page) => pageProblem(page) === undefined).optional(),
});

/** Parses the file of a stopped function; `undefined` if it is damaged. */
export function parseHandStop(text: string): HandStop | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, data } = written.safeParse(value);
  return success ? { sinceMs: Date.parse(data.since), page: data.page } : undefined;
}

/**
 * Reads the file of a stopped function. If it is damaged, the function stays stopped since the last
 * change of the file, without a page: starting it could do harm, and staying stopped can be undone.
 */
export async function readHandStop(
  path: string,
  onWarning: (message: string) => void,
): Promise<HandStop> {
  const stop = parseHandStop(await Deno.readTextFile(path).catch(() => ""));
  if (stop !== undefined) return stop;
  onWarning(
    `Cannot read "${path}": its content is not valid. The function stays stopped, without a page. ` +
      "To write the file again: ddsrv start, then ddsrv stop",
  );
  const { mtime } = await Deno.lstat(path);
  return { sinceMs: mtime?.getTime() ?? 0, page: undefined };
}

/**
 * Writes the file of a stopped function atomically.
 *
 * @throws {HandStopError} if it can't; the file is unchanged then
 */
export async function writeHandStop(path: string, { sinceMs, page }: HandStop): Promise<void> {
  const since = new Date(sinceMs).toISOString();
  try {
    await writeWholeFile(path, `${JSON.stringify({ since, page })}\n`);
  } catch (error) {
    throw fileError(`Cannot write "${path}"`, error as Error);
  }
}

/**
 * Removes the file of a stopped function.
 *
 * @throws {HandStopError} if it can't; the file is unchanged then
 */
export async function removeHandStop(path: string): Promise<void> {
  try {
    await removeIfThere(path);
  } catch (error) {
    throw fileError(`Cannot remove "${path}"`, error as Error);
  }
}

function fileError(
  what: string,
  { message, code }: Error & { readonly code?: string },
): HandStopError {
  const [why, remedy] = code === "ENOSPC" || code === "EDQUOT"
    ? ["no space left on the device", "Make room on that disk"]
    : code === "EROFS"
    ? ["the file system is read-only", "Mount it writable, or serve with another --state-dir"]
    : [message, "Let the supervisor's user write there"];
  return new HandStopError(`${what}: ${why}. Nothing was changed. ${remedy}, and try again`);
}
