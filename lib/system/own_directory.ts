/**
 * Whether a path is a directory, and no link, that this process's own user alone may write to. Below
 * `/tmp` anybody may have made it before.
 */
export async function isOwnDirectory(path: string): Promise<boolean> {
  const { isDirectory, uid, mode } = await Deno.lstat(path);
  return isDirectory && uid === Deno.uid() && ((mode ?? 0) & 0o022) === 0;
}
