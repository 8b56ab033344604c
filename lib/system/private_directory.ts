/** The caller's user id, and where a finding about a directory goes. */
export interface PrivateDirectoryOptions {
  readonly uid?: number | null;
  readonly onWarning: (message: string) => void;
}

/** Mask of the mode bits for group and others (inode(7)). */
const OTHERS = 0o077;

/**
 * Creates a directory, and its parents, that only its owner may enter. If it exists and is open to
 * other users, closes it to them and reports that. Below it, only the owner can open, run or
 * connect to a file, whatever the file's own mode says.
 *
 * @throws {Error} when it belongs to another user, who could rename what is in it
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
      `"${path}" belongs to user ${owner}, who could change what is in it. Give it to user ${uid} ` +
        `with chown, or choose another directory`,
    );
  }
  if ((mode & OTHERS) === 0) return;
  await Deno.chmod(path, 0o700);
  onWarning(
    `"${path}" was open to other users (mode ${(mode & 0o777).toString(8)}); its mode is 700 now`,
  );
}
