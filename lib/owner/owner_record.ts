import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { isOwnerId } from "./owner_id.ts";

/** Record of the functions directory to which an owner's state belongs. */
export interface OwnerRecord {
  readonly id: string;
  /** Real path of the functions directory when it was last served. */
  readonly directory: string;
  /** Path under which it was last served; differs from `directory` if the path contains a link. */
  readonly path: string;
  /** First user id of its functions, if another owner uses the range that the id gives. */
  readonly firstUid?: number | undefined;
  /** Time of the last start, in milliseconds since 1970. */
  readonly usedAtMs: number;
}

/** Returns the directory of the records and their locks. */
export function recordsDirectory(stateDirectory: string): string {
  return join(stateDirectory, "owners");
}

/**
 * Reads all records of a state directory.
 *
 * @throws {Error} when a record is broken: its data would have no owner
 */
export async function readOwnerRecords(stateDirectory: string): Promise<OwnerRecord[]> {
  const directory = recordsDirectory(stateDirectory);
  const ids = (await namesIn(directory))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .filter(isOwnerId);
  return await Promise.all(ids.map(async (id) => {
    const path = join(directory, `${id}.json`);
    const [text = "", { mtime }] = await Promise.all([readOptionalTextFile(path), Deno.stat(path)]);
    return { ...parseRecord(text, path), id, usedAtMs: mtime?.getTime() ?? 0 };
  }));
}

/** Writes a record. An unchanged record only gets a new time, which needs no disk space. */
export async function writeOwnerRecord(
  stateDirectory: string,
  { id, directory, path, firstUid, usedAtMs }: OwnerRecord,
): Promise<void> {
  const file = join(recordsDirectory(stateDirectory), `${id}.json`);
  const text = `${JSON.stringify({ directory, path, firstUid }, undefined, 2)}\n`;
  if (await readOptionalTextFile(file) !== text) await writeWholeFile(file, text);
  await Deno.utime(file, usedAtMs / 1_000, usedAtMs / 1_000);
}

function parseRecord(text: string, file: string): Omit<OwnerRecord, "id" | "usedAtMs"> {
  try {
    const { directory, path, firstUid } = JSON.parse(text);
    if (
      typeof directory === "string" && typeof path === "string" &&
      (firstUid === undefined || Number.isSafeInteger(firstUid))
    ) return { directory, path, firstUid };
  } catch {
    // Same error as for missing fields.
  }
  throw new Error(
    `Cannot read which functions directory has which data: "${file}" is broken. Fix it ` +
      '({ "directory": "its real path", "path": "the path that is served" }), or restore it from ' +
      "a backup",
  );
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
