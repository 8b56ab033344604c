/** One file of a log, open. */
export interface ChainFile {
  readonly handle: Deno.FsFile;
  readonly inode: number | null;
  /** Tells a file that was put away, and is not written to any more, from one with its inode. */
  readonly identity: string;
  /** In bytes, as it was when it was opened. */
  readonly size: number;
}

/**
 * The files of a log, the current one and those that were put away, as one stretch of bytes. A
 * position is counted from its end, so that it stays true when an older file is added: 0 is the end,
 * and all there is to read lies before it.
 */
export interface LogChain extends Disposable {
  /** Where the oldest file begins that is open. */
  readonly begin: number;
  /** Those that are open, the newest first. */
  readonly files: readonly ChainFile[];
  /** Identity of the file that had been put away last when this was opened. */
  readonly elder: string | undefined;
  /** Opens the next older file; `false` when there is none. */
  readonly extend: () => Promise<boolean>;
  /** Where the file that holds a position begins and ends. */
  readonly boundsOf: (position: number) => { readonly begin: number; readonly end: number };
  /** At most so many bytes from one file; none when the file was cut short meanwhile. */
  readonly read: (position: number, maxBytes: number) => Promise<Uint8Array>;
}

/**
 * Opens the current file of a log; `undefined` when there is none. Files stay open: what is renamed
 * or removed meanwhile is read all the same.
 *
 * @throws {TypeError} when it is no file
 */
export async function openLogChain(path: string): Promise<LogChain | undefined> {
  const newest = await openFile(path);
  if (newest === undefined) return undefined;
  const elder = await Deno.stat(`${path}.1`).then(identityOf, () => undefined);
  const files = [newest];
  let begin = -newest.size;
  let age = 0;

  function holding(position: number): { file: ChainFile; begin: number; end: number } {
    let end = 0;
    for (const file of files) {
      if (position >= end - file.size) return { file, begin: end - file.size, end };
      end -= file.size;
    }
    throw new RangeError(`Position ${position} lies before the log, which begins at ${begin}`);
  }

  return {
    get begin() {
      return begin;
    },
    files,
    elder,
    async extend() {
      for (;;) {
        const older = await openFile(`${path}.${++age}`);
        if (older === undefined) return false;
        // All have moved on by one since the last one was opened.
        if (files.some((file) => file.inode === older.inode)) {
          older.handle.close();
          continue;
        }
        files.push(older);
        begin -= older.size;
        return true;
      }
    },
    boundsOf: holding,
    async read(position, maxBytes) {
      const { file: { handle }, begin, end } = holding(position);
      await handle.seek(position - begin, Deno.SeekMode.Start);
      const bytes = new Uint8Array(Math.min(maxBytes, end - position));
      return bytes.subarray(0, await handle.read(bytes) ?? 0);
    },
    [Symbol.dispose]() {
      for (const { handle } of files) handle.close();
    },
  };
}

function identityOf({ ino, size, mtime }: Deno.FileInfo): string {
  return `${ino} ${size} ${mtime?.getTime()}`;
}

async function openFile(path: string): Promise<ChainFile | undefined> {
  try {
    // To open a pipe would wait for somebody who writes to it.
    if (!(await Deno.stat(path)).isFile) throw new TypeError("It is no file");
    const handle = await Deno.open(path);
    const info = await handle.stat();
    return { handle, inode: info.ino, identity: identityOf(info), size: info.size };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
