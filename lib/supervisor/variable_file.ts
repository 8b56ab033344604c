import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { storedVariableProblem } from "../config/stored_variable.ts";
import { readFully } from "../function/contained_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";

/** A variable that the operator has set for a function. */
export interface StoredVariable {
  readonly value: string;
  /** ISO 8601. */
  readonly setAt: string;
}

/** A function's variables by name. */
export type StoredVariables = ReadonlyMap<string, StoredVariable>;

/** Variables that can't be read or written; the message says why, and what to do. */
export class VariableStoreError extends Error {
  override readonly name = "VariableStoreError";
}

/** JSON writes a character as six bytes at most; this holds all that may be set, and some more. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

const written = z.strictObject({
  variables: z.record(
    z.string(),
    z.strictObject({ value: z.string(), setAt: z.iso.datetime() }),
  ),
});

/**
 * The variables in a function's file; none where there is no file.
 *
 * @throws {VariableStoreError} when it is not as {@linkcode writeVariables} leaves it
 */
export async function readVariables(path: string): Promise<StoredVariables> {
  let text: string | undefined;
  try {
    text = await readRegularFile(path);
  } catch (error) {
    if (error instanceof VariableStoreError) throw error;
    throw unusable(path, `it can't be read (${(error as Error).message})`);
  }
  return text === undefined ? new Map() : parse(path, text);
}

/**
 * Writes a function's file whole or not at all; without variables there is none.
 *
 * @throws {VariableStoreError} when that can't be; it is as it was then
 */
export async function writeVariables(path: string, variables: StoredVariables): Promise<void> {
  try {
    if (variables.size === 0) await removeIfThere(path);
    else await writeWholeFile(path, format(variables));
  } catch (error) {
    throw writeError(path, error as Error);
  }
}

function format(variables: StoredVariables): string {
  const sorted = [...variables].sort(([a], [b]) => a < b ? -1 : 1);
  return `${JSON.stringify({ variables: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** No link is followed, and no pipe waited for: nothing else than a file was ever written there. */
async function readRegularFile(path: string): Promise<string | undefined> {
  let opened: FileHandle;
  try {
    opened = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP") throw unusable(path, "it is a link, which is not followed");
    throw error;
  }
  await using file = opened;
  const look = await file.stat();
  if (!look.isFile()) throw unusable(path, "it is no file");
  if (look.size > MAX_FILE_BYTES) throw unusable(path, `it has ${look.size} bytes`);
  const bytes = new Uint8Array(look.size);
  const length = await readFully(file, bytes);
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
}

/** What JSON.parse and the schema say of it may hold a value, and is not passed on. */
function parse(path: string, text: string): StoredVariables {
  try {
    const { variables } = written.parse(JSON.parse(text));
    const entries = Object.entries(variables);
    const isGood = entries.every(([name, { value }]) =>
      storedVariableProblem(name, value) === undefined
    );
    if (isGood) return new Map(entries);
  } catch {
    // It is said below.
  }
  throw unusable(path, "it is not as ddsrv wrote it");
}

function unusable(path: string, why: string): VariableStoreError {
  return new VariableStoreError(
    `The variables in "${path}" can't be used: ${why}. Put the file back from a backup, or ` +
      "remove it and set its variables again with ddsrv env",
  );
}

function writeError(path: string, { message, code }: Error & { readonly code?: string }): Error {
  const [why, remedy] = code === "ENOSPC" || code === "EDQUOT"
    ? ["there is no space left", "Make room on that disk"]
    : code === "EROFS"
    ? ["the file system is read-only", "Mount it writable, or serve with another --state-dir"]
    : [message, "Let the supervisor's user write there"];
  return new VariableStoreError(
    `Cannot write "${path}": ${why}. Nothing was changed. ${remedy}, and try again`,
  );
}
