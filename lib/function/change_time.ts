/**
 * Returns the time of the last change of a file's content, name or mode, in milliseconds since 1970;
 * never earlier than the real time. Deno 2.9 truncates ctime to seconds. If mtime is in the same
 * second, returns mtime; otherwise (`cp -p`, rename, chmod), the end of the second.
 */
export function changeTimeMs(file: Pick<Deno.FileInfo, "mtime" | "ctime">): number {
  const ctimeMs = file.ctime?.getTime() ?? 0;
  const mtimeMs = file.mtime?.getTime() ?? 0;
  if (ctimeMs % 1000 !== 0) return ctimeMs;
  return Math.floor(mtimeMs / 1000) * 1000 === ctimeMs ? mtimeMs : ctimeMs + 999;
}
