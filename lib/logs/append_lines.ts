import { dirname } from "node:path";

/** How much is kept of what is appended. */
export interface AppendLimits {
  /** Size at which the file is put away as `PATH.1`. */
  readonly maxBytes: number;
  /** How many files there are at most, the current one included; 2 or more. */
  readonly maxFiles: number;
}

const LF = 0x0a;

/**
 * Appends as many whole lines as the file has room for, at least one, and gives their bytes: the
 * rest is for the next file. When that fails, the file is as it was before. A symbolic link in the
 * file's place is followed; when it is full, the link is what is put away.
 *
 * @throws {TypeError} when something else than a file is in its place
 */
export async function appendLines(
  path: string,
  lines: Uint8Array,
  { maxBytes, maxFiles }: AppendLimits,
): Promise<number> {
  await Deno.mkdir(dirname(path), { recursive: true });
  let size = await sizeOf(path);
  let fitting = fittingLines(lines, maxBytes - size);
  if (fitting === 0 && size > 0) {
    await rotate(path, maxFiles);
    size = 0;
    fitting = fittingLines(lines, maxBytes);
  }
  const count = fitting || lines.indexOf(LF) + 1 || lines.length;
  await append(path, lines.subarray(0, count), size);
  return count;
}

/** Bytes of the whole lines that fit into a room. */
function fittingLines(lines: Uint8Array, room: number): number {
  return room <= 0 ? 0 : lines.lastIndexOf(LF, Math.min(room, lines.length) - 1) + 1;
}

async function append(path: string, bytes: Uint8Array, size: number): Promise<void> {
  using file = await Deno.open(path, { append: true, create: true, mode: 0o640 });
  try {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
  } catch (error) {
    // Half a line would be taken for the begin of the next, and lines before it for lost ones.
    await file.truncate(size).catch(() => {});
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const { size, isFile, isCharDevice } = await Deno.stat(path);
    // To open a pipe would wait for somebody who reads it.
    if (!isFile && !isCharDevice) throw new TypeError("It is neither a file nor /dev/null");
    return size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
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
