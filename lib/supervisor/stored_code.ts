import { createHash } from "node:crypto";
import { join } from "node:path";
import { MAX_SHARED_BYTES, RECORDED_PROGRAM } from "../isolation/code_recorder.ts";
import { CODE_DATABASES, LOG_SUFFIX } from "../sandbox/code_cache.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { PRELOAD_FILE } from "../sandbox/preload_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";

/** Prefix of a directory that is not complete. */
export const NEW_CODE = ".new-";

/** File with the digests of the others, in the format of sha256sum(1). */
const SUMS = "sums";

const FILES: readonly string[] = CODE_DATABASES.flatMap((name) => [name, `${name}${LOG_SUFFIX}`]);

/** Number of directories that stay: one for each Deno that functions have used last. */
const MAX_STORED = 4;

/**
 * Returns the name of the directory of a Deno's shared code cache: what comes before the dot stands
 * for the path of Deno, and the rest for everything that decides which bytecode V8 accepts. V8 also
 * compares its own version and flags.
 */
export async function storedName({ path, version }: DenoBinary): Promise<string> {
  const { size, mtime } = await Deno.stat(path);
  const preload = await Deno.readTextFile(PRELOAD_FILE);
  const input = [version, Deno.build.arch, size, mtime?.getTime(), preload, RECORDED_PROGRAM];
  return `${digestOf(path).slice(0, 8)}.${digestOf(JSON.stringify(input)).slice(0, 32)}`;
}

/** Makes the files of a complete directory read-only, and records their digests. */
export async function sealStored(path: string): Promise<void> {
  await Deno.writeTextFile(join(path, SUMS), await sumsOf(path));
  for (const name of [...FILES, SUMS]) await Deno.chmod(join(path, name), 0o444);
}

/**
 * Returns true if a directory has what ddsrv has written there, and only its user, by default that
 * of this process, can change it. V8 does not verify bytecode: a damaged one could end Deno.
 */
export async function isIntact(path: string, uid = Deno.uid()): Promise<boolean> {
  try {
    const directory = await Deno.lstat(path);
    if (!directory.isDirectory || !isOwn(directory, uid)) return false;
    const { isFile, size } = await Deno.lstat(join(path, SUMS));
    if (!isFile || size > 4_096) return false;
    return await Deno.readTextFile(join(path, SUMS)) === await sumsOf(path, uid);
  } catch {
    return false;
  }
}

/** Records the use of a directory, which decides which directories stay. */
export async function touchStored(path: string): Promise<void> {
  await Deno.utime(path, new Date(), new Date());
}

/** Removes incomplete directories. */
export async function clearIncomplete(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  for await (const { name } of Deno.readDir(directory)) {
    if (name.startsWith(NEW_CODE)) await removeIfThere(join(directory, name));
  }
}

/** Removes others of the same Deno, and those that have not been used for longest. */
export async function pruneStored(directory: string, current: string): Promise<void> {
  const entries: { readonly name: string; readonly usedAtMs: number }[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    if (name === current || name.startsWith(NEW_CODE)) continue;
    const { mtime } = await Deno.lstat(join(directory, name));
    entries.push({ name, usedAtMs: mtime?.getTime() ?? 0 });
  }
  for (const name of outdated(entries, current)) await removeIfThere(join(directory, name));
}

/**
 * Returns the names of directories to remove: others of the Deno of `current`, and of the rest all
 * but the ones used last.
 *
 * @example
 * ```ts
 * import { outdated } from "./stored_code.ts";
 * outdated([{ name: "a.1", usedAtMs: 1 }, { name: "b.1", usedAtMs: 0 }], "a.2"); // ["a.1"]
 * ```
 */
export function outdated(
  entries: readonly { readonly name: string; readonly usedAtMs: number }[],
  current: string,
): string[] {
  const denoOf = (name: string): string => name.split(".")[0]!;
  const others = entries.filter(({ name }) => name !== current);
  const same = others.filter(({ name }) => denoOf(name) === denoOf(current));
  const rest = others.filter((one) => !same.includes(one))
    .toSorted((a, b) => b.usedAtMs - a.usedAtMs);
  return [...same, ...rest.slice(MAX_STORED - 1)].map(({ name }) => name);
}

/** @throws {Error} if a file is missing, is too large, or others can change it */
async function sumsOf(path: string, uid = Deno.uid()): Promise<string> {
  let sums = "";
  let bytes = 0;
  for (const name of FILES) {
    const info = await Deno.lstat(join(path, name));
    bytes += info.size;
    if (!info.isFile || !isOwn(info, uid) || bytes > MAX_SHARED_BYTES) {
      throw new Error(`"${join(path, name)}" is not a file of ddsrv`);
    }
    // On another thread, unlike the functions of node:crypto.
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(path, name)));
    sums += `${new Uint8Array(digest).toHex()}  ${name}\n`;
  }
  return sums;
}

function isOwn({ uid, mode }: Deno.FileInfo, owner: number | null): boolean {
  return uid === owner && ((mode ?? 0) & 0o022) === 0;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
