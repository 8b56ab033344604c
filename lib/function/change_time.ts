/**
 * When a file last changed in content, name or mode, in milliseconds since 1970; not too early.
 * Deno 2.9 cuts ctime to whole seconds, so mtime, which it does not cut, tells the time within the
 * second; and where mtime is of another second (`cp -p`, rename, chmod), the end of it is taken.
 */
export function changeTimeMs(file: Pick<Deno.FileInfo, "mtime" | "ctime">): number {
  const ctimeMs = file.ctime?.getTime() ?? 0;
  const mtimeMs = file.mtime?.getTime() ?? 0;
  if (ctimeMs % 1000 !== 0) return ctimeMs;
  return Math.floor(mtimeMs / 1000) * 1000 === ctimeMs ? mtimeMs : ctimeMs + 999;
}
