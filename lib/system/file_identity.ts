/**
 * Returns a text that differs for another file or directory in the same place. The number of a
 * removed file is soon given to another one, so the time of its creation counts too.
 *
 * @example
 * ```ts
 * import { fileIdentity } from "./file_identity.ts";
 * fileIdentity({ dev: 1, ino: 2, birthtime: null }); // "1:2:"
 * ```
 */
export function fileIdentity(
  { dev, ino, birthtime }: Pick<Deno.FileInfo, "dev" | "ino" | "birthtime">,
): string {
  return `${dev}:${ino}:${birthtime?.getTime() ?? ""}`;
}
