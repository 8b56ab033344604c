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

/** Variables can't be read or written; the message says why and what to do. */
export class VariableStoreError extends Error {
  override readonly name = "VariableStoreError";
}

/** Maximum size of a file; JSON writes a character in at most six bytes. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

const written = z.strictObject({
  variables: z.record(
    z.string(),
    z.strictObject({ value: z.string(), setAt: z.iso.datetime() }),
  ),
});

/**
 * Reads the variables in a function's file; returns none if there is no file.
 *
 * @throws {VariableStoreError} if the file can't be read or is not valid
 */
export async function readVariables(path: string): Promise<StoredVariables> {
  let text: string | undefined;
  try {
    text = await readRegularFile(path);
  } catch (error) {
    if (error instanceof VariableStoreError) throw error;
    throw unusable(path, (error as Error).message);
  }
  return text === undefined ? new Map() : parse(path, text);
}

/**
 * Writes a function's file atomically; removes it when there are no variables.
 *
 * @throws {VariableStoreError} if it can't; the file is unchanged then
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

/** Follows no link and waits for no pipe: ddsrv only writes regular files. */
async function readRegularFile(path: string): Promise<string | undefined> {
  let opened: FileHandle;
  try {
    opened = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP") throw unusable(path, "it is a link");
    throw error;
  }
  await using file = opened;
  const stat = await file.stat();
  if (!stat.isFile()) throw unusable(path, "it is not a regular file");
  if (stat.size > MAX_FILE_BYTES) throw unusable(path, `it is too large (${stat.size} bytes)`);
  const bytes = new Uint8Array(stat.size);
  const length = await readFully(file, bytes);
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
}

/** Drops messages of JSON.parse and of the schema, which may contain values. */
function parse(path: string, text: string): StoredVariables {
  try {
    const { variables } = written.parse(JSON.parse(text));
    const entries = Object.entries(variables);
    const isGood = entries.every(([name, { value }]) =>
      storedVariableProblem(name, value) === undefined
    );
    if (isGood) return new Map(entries);
  } catch {
    // Reported below.
  }
  throw unusable(path, "its content is not valid");
}

function unusable(path: string, why: string): VariableStoreError {
  return new VariableStoreError(
    `Cannot read the variables in "${path}": ${why}. Restore the file from a backup, or remove ` +
      "it and set the variables again with ddsrv env",
  );
}

function writeError(path: string, { message, code }: Error & { readonly code?: string }): Error {
  const [why, remedy] = code === "ENOSPC" || code === "EDQUOT"
    ? ["no space left on the device", "Make room on that disk"]
    : code === "EROFS"
    ? ["the file system is read-only", "Mount it writable, or serve with another --state-dir"]
    : [message, "Let the supervisor's user write there"];
  return new VariableStoreError(
    `Cannot write "${path}": ${why}. Nothing was changed. ${remedy}, and try again`,
  );
}
