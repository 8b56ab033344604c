import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { isOwnerId } from "./owner_id.ts";

/** Says which functions directory the state of an owner belongs to. */
export interface OwnerRecord {
  readonly id: string;
  /** Real path of the functions directory when it was last served. */
  readonly directory: string;
  /** Path that it was served by then; another one where a link is on the way. */
  readonly path: string;
  /** First of its functions' users, where another owner has the range that the id gives. */
  readonly firstUid?: number | undefined;
  /** When it was last served, in milliseconds since 1970. */
  readonly usedAtMs: number;
}

/** Directory of the records, and of the locks beside them. */
export function recordsDirectory(stateDirectory: string): string {
  return join(stateDirectory, "owners");
}

/**
 * Reads all records below a state directory.
 *
 * @throws {Error} when one of them is broken: its data would seem to belong to nobody
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

/** Writes a record; where nothing of it has changed, only its time, which takes no room. */
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
    // The same holds as where something is missing in it.
  }
  throw new Error(
    `"${file}" is broken, and says which functions directory has which data. Mend it ` +
      '({ "directory": "its real path", "path": "the path that is served" }), or restore it from a ' +
      "backup",
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
