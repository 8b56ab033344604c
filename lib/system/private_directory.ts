/** Options of {@linkcode openPrivateDirectory}. */
export interface PrivateDirectoryOptions {
  readonly uid?: number | null;
  readonly onWarning: (message: string) => void;
}

/** Mask of the mode bits for group and others (inode(7)). */
const OTHERS = 0o077;

/**
 * Creates a directory that only its owner can enter, and its parents. If it exists and other users
 * can enter it, changes its mode and warns. The modes of files below it then do not matter.
 *
 * @throws {Error} if it belongs to another user, who could rename its files
 */
export async function openPrivateDirectory(
  path: string,
  { uid = Deno.uid(), onWarning }: PrivateDirectoryOptions,
): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  using directory = await Deno.open(path);
  const { uid: owner, mode } = await directory.stat();
  // Windows knows neither users nor modes.
  if (owner === null || mode === null) return;
  if (owner !== uid) {
    throw new Error(
      `"${path}" belongs to user ${owner}, who could change its content. Give it to user ${uid} ` +
        `with chown, or choose another directory`,
    );
  }
  if ((mode & OTHERS) === 0) return;
  await Deno.chmod(path, 0o700);
  onWarning(
    `"${path}" was open to other users (mode ${(mode & 0o777).toString(8)}). Its mode is now 700`,
  );
}
