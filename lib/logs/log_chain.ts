/** One open file of a log. */
export interface ChainFile {
  readonly handle: Deno.FsFile;
  readonly inode: number | null;
  /** Inode, size and time of change: identifies a rotated file even if its inode is reused. */
  readonly identity: string;
  /** Bytes at the time of opening. */
  readonly size: number;
}

/**
 * The current file of a log and its rotated files as one sequence of bytes. Positions count from the
 * end, so that they stay valid when an older file is added: 0 is the end, all others are negative.
 */
export interface LogChain extends Disposable {
  /** Position where the oldest open file begins. */
  readonly begin: number;
  /** Open files, the newest first. */
  readonly files: readonly ChainFile[];
  /** Identity of the most recently rotated file at the time of opening. */
  readonly rotatedIdentity: string | undefined;
  /** Opens the next older file. Resolves to false if there is none. */
  readonly extend: () => Promise<boolean>;
  /** Returns where the file that contains a position begins and ends. */
  readonly boundsOf: (position: number) => { readonly begin: number; readonly end: number };
  /** Reads at most `maxBytes` from one file; none if the file was truncated meanwhile. */
  readonly read: (position: number, maxBytes: number) => Promise<Uint8Array>;
}

/**
 * Opens the current file of a log. Resolves to `undefined` if there is none. Files stay open, so
 * that they can be read even if they are renamed or removed meanwhile.
 *
 * @throws {TypeError} if the path is not a file
 */
export async function openLogChain(path: string): Promise<LogChain | undefined> {
  const newest = await openFile(path);
  if (newest === undefined) return undefined;
  const rotatedIdentity = await Deno.stat(`${path}.1`).then(identityOf, () => undefined);
  const files = [newest];
  let begin = -newest.size;
  let age = 0;

  function fileAt(position: number): { file: ChainFile; begin: number; end: number } {
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
    rotatedIdentity,
    async extend() {
      for (;;) {
        const older = await openFile(`${path}.${++age}`);
        if (older === undefined) return false;
        // A rotation has renamed all files since the last one was opened.
        if (files.some((file) => file.inode === older.inode)) {
          older.handle.close();
          continue;
        }
        files.push(older);
        begin -= older.size;
        return true;
      }
    },
    boundsOf: fileAt,
    async read(position, maxBytes) {
      const { file: { handle }, begin, end } = fileAt(position);
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
    // Opening a pipe would wait for a writer.
    if (!(await Deno.stat(path)).isFile) throw new TypeError("It is not a file");
    const handle = await Deno.open(path);
    const info = await handle.stat();
    return { handle, inode: info.ino, identity: identityOf(info), size: info.size };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
