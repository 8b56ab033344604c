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
 * Appends as many whole lines as the file has room for, at least one, and returns their length in
 * bytes; the caller appends the rest with another call. Rotates a full file first. On failure, the
 * file stays unchanged. Follows a symbolic link in place of the file if only root and this user can
 * create one there; rotation then renames the link.
 *
 * @throws {TypeError} if the path is something other than a file
 * @throws {UntrustedPathError} if another user's link leads to a directory that is not theirs
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
  const opened = await openWithRoom(place, lines, maxBytes);
  if (opened !== undefined) return await append(opened, lines);
  await rotate(place.path, maxFiles);
  return await append({ ...await place.open(), count: fittingLines(lines, maxBytes) }, lines);
}

/** A log file, and the number of bytes to append to it. */
interface LogWithRoom extends OpenLog {
  readonly count: number;
}

/** Opens the current file; returns `undefined` if it is full. */
async function openWithRoom(
  place: LogPlace,
  lines: Uint8Array,
  maxBytes: number,
): Promise<LogWithRoom | undefined> {
  const { file, size } = await place.open();
  const count = fittingLines(lines, maxBytes - size);
  if (count > 0 || size === 0) return { file, size, count };
  file.close();
  return undefined;
}

/** Returns the length in bytes of the whole lines that fit into `room` bytes. */
function fittingLines(lines: Uint8Array, room: number): number {
  return room <= 0 ? 0 : lines.lastIndexOf(LF, Math.min(room, lines.length) - 1) + 1;
}

async function append({ file, size, count }: LogWithRoom, lines: Uint8Array): Promise<number> {
  using _ = file;
  const length = count || lines.indexOf(LF) + 1 || lines.length;
  try {
    for (let rest = lines.subarray(0, length); rest.length > 0;) {
      rest = rest.subarray(await file.write(rest));
    }
  } catch (error) {
    // Half a line would corrupt the next one, and the caller counts all of these lines as dropped.
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
  // Remove the files that an earlier, higher limit allowed.
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
