import { basename } from "node:path";

/** Messages of Deno about a lock file that it can't use, or that does not match. */
const ABOUT_LOCK =
  /\b(?:lockfile is out of date|Failed reading lockfile|Integrity check failed|checksum did not match)\b/;

/**
 * Adds to Deno's errors how to update the function's own lock file, if they are about it. ddsrv
 * never writes to the folder, so the author updates the file.
 *
 * @example
 * ```ts
 * import { withLockHint } from "./lock_hint.ts";
 * withLockHint("error: The lockfile is out of date.", { ownLock: "/f/a/deno.lock", entry: "index.ts" });
 * ```
 */
export function withLockHint(
  errors: string,
  { ownLock, entry }: { readonly ownLock: string | undefined; readonly entry: string },
): string {
  if (ownLock === undefined || !ABOUT_LOCK.test(errors)) return errors;
  const file = basename(ownLock);
  return `${errors}\nThe function's ${file} decides its versions, and does not match. To update it, ` +
    `run in the folder: deno install --frozen=false --entrypoint ${entry}. To accept other content ` +
    `of a package, or another version of the file, remove ${file} first`;
}
