/**
 * Returns true if a path is a directory, not a link, and only this process's user can write to it:
 * below `/tmp`, any user could have created it before.
 */
export async function isOwnDirectory(path: string): Promise<boolean> {
  const { isDirectory, uid, mode } = await Deno.lstat(path);
  return isDirectory && uid === Deno.uid() && ((mode ?? 0) & 0o022) === 0;
}
