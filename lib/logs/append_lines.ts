import { holdLogPlace, type LogPlace, type OpenLog } from "./log_place.ts";

/** Limits of a log and its rotated files. */
export interface AppendLimits {
  /** Size at which the file is rotated to `PATH.1`. */
  readonly maxBytes: number;
  /** Maximum number of files, the current one included; 2 or more. */
  readonly maxFiles: number;
}

const LF = 0x0a;

/**
 * Appends as many whole lines as the file has room for, at least one, and returns the number of
 * their bytes: the rest is for the next file. On failure, the file is as it was before. Follows a
 * symbolic link in the file's place where only root and this user can create one; when the file is
 * full, the link itself is rotated.
 *
 * @throws {TypeError} when something else than a file is in its place
 * @throws {UntrustedPathError} when another user's link leads to a directory that is not theirs
 */
export async function appendLines(
  path: string,
  lines: Uint8Array,
  limits: AppendLimits,
): Promise<number> {
  using place = await holdLogPlace(path);
  try {
    return await appendAt(place, lines, limits);
  } catch (error) {
    if (error instanceof Error) error.message = place.rename(error.message);
    throw error;
  }
}

async function appendAt(
  place: LogPlace,
  lines: Uint8Array,
  { maxBytes, maxFiles }: AppendLimits,
): Promise<number> {
  const opened = await openFitting(place, lines, maxBytes);
  if (opened !== undefined) return await append(opened, lines);
  await rotate(place.path, maxFiles);
  return await append({ ...await place.open(), count: fittingLines(lines, maxBytes) }, lines);
}

/** A log file, and how many bytes of the lines are for it. */
interface Fitting extends OpenLog {
  readonly count: number;
}

/** The file as it is, unless it is full. */
async function openFitting(
  place: LogPlace,
  lines: Uint8Array,
  maxBytes: number,
): Promise<Fitting | undefined> {
  const { file, size } = await place.open();
  const count = fittingLines(lines, maxBytes - size);
  if (count > 0 || size === 0) return { file, size, count };
  file.close();
  return undefined;
}

/** Bytes of the whole lines that fit into a room. */
function fittingLines(lines: Uint8Array, room: number): number {
  return room <= 0 ? 0 : lines.lastIndexOf(LF, Math.min(room, lines.length) - 1) + 1;
}

async function append({ file, size, count }: Fitting, lines: Uint8Array): Promise<number> {
  using _ = file;
  const length = count || lines.indexOf(LF) + 1 || lines.length;
  try {
    for (let rest = lines.subarray(0, length); rest.length > 0;) {
      rest = rest.subarray(await file.write(rest));
    }
  } catch (error) {
    // Half a line would be taken for the begin of the next, and lines before it for lost ones.
    await file.truncate(size).catch(() => {});
    throw error;
  }
  return length;
}

async function rotate(path: string, maxFiles: number): Promise<void> {
  for (let age = maxFiles - 1; age >= 1; age--) {
    const from = age === 1 ? path : `${path}.${age - 1}`;
    try {
      await Deno.rename(from, `${path}.${age}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  // There are more of them when more were allowed before.
  for (let age = maxFiles; await isRemoved(`${path}.${age}`); age++);
}

async function isRemoved(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
