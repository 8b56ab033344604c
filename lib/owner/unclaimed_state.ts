import { dirname, isAbsolute, join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { identifyDirectory } from "./identify_directory.ts";
import { isOwnerId } from "./owner_id.ts";

/** State of an owner without a record: earlier versions wrote none. */
export interface UnclaimedState {
  readonly id: string;
  /** Names of functions that have state there. */
  readonly names: ReadonlySet<string>;
  /** Functions directories that its check records name. */
  readonly witnesses: readonly Witness[];
  /** Time of the last change, in milliseconds since 1970. */
  readonly usedAtMs: number;
}

/** A functions directory that check records name. */
export interface Witness {
  /** Path at the time of the checks. */
  readonly path: string;
  /** Real path today; `undefined` when the path does not exist. */
  readonly directory: string | undefined;
  /** Number of functions whose last check was there. */
  readonly functions: number;
  /** Time of the last of these checks, in milliseconds since 1970. */
  readonly checkedAtMs: number;
}

/** Directories that have a file or directory for each owner. */
const KINDS = ["users", "data", "snapshots", "checks", "cache"] as const;

/** Reads the state of all owners in a state directory except those in `claimed`. */
export async function readUnclaimedState(
  stateDirectory: string,
  claimed: ReadonlySet<string>,
): Promise<UnclaimedState[]> {
  const ids = new Set<string>();
  for (const kind of KINDS) {
    for (const { name } of await entriesIn(join(stateDirectory, kind))) {
      const id = kind === "users" ? name.replace(/\.json$/, "") : name;
      if (isOwnerId(id) && !claimed.has(id)) ids.add(id);
    }
  }
  return await Promise.all([...ids].map((id) => readState(stateDirectory, id)));
}

async function readState(stateDirectory: string, id: string): Promise<UnclaimedState> {
  const names = new Set<string>();
  const times = [await modifiedAtMs(join(stateDirectory, "users", `${id}.json`))];
  for (const kind of KINDS.slice(1)) {
    const directory = join(stateDirectory, kind, id);
    times.push(await modifiedAtMs(directory));
    for (const { name } of await entriesIn(directory)) {
      // A name with a leading dot is incomplete or being removed.
      if (!name.startsWith(".")) names.add(kind === "checks" ? name.replace(/\.json$/, "") : name);
      times.push(await modifiedAtMs(join(directory, name)));
      if (kind !== "data") continue;
      for (const part of await entriesIn(join(directory, name))) {
        times.push(await modifiedAtMs(join(directory, name, part.name)));
      }
    }
  }
  const witnesses = await readWitnesses(join(stateDirectory, "checks", id));
  return { id, names, witnesses, usedAtMs: Math.max(...times) };
}

/** Reads the directory of each function's newest check. */
async function readWitnesses(directory: string): Promise<Witness[]> {
  const found = new Map<string, { functions: number; checkedAtMs: number }>();
  for (const { name } of await entriesIn(directory)) {
    const file = join(directory, name);
    const path = checkedIn(await readOptionalTextFile(file) ?? "");
    if (path === undefined) continue;
    const { functions, checkedAtMs } = found.get(path) ?? { functions: 0, checkedAtMs: 0 };
    found.set(path, {
      functions: functions + 1,
      checkedAtMs: Math.max(checkedAtMs, await modifiedAtMs(file)),
    });
  }
  return await Promise.all(
    [...found].map(async ([path, witness]) => {
      const found = await identifyDirectory(path).catch(() => undefined);
      return { path, directory: found?.directory, ...witness };
    }),
  );
}

/** Returns the functions directory in a file of passed checks, newest first. */
function checkedIn(text: string): string | undefined {
  try {
    const [{ key }] = JSON.parse(text);
    const { directory } = JSON.parse(key);
    return isAbsolute(directory) ? dirname(directory) : undefined;
  } catch {
    return undefined;
  }
}

async function entriesIn(directory: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}

async function modifiedAtMs(path: string): Promise<number> {
  const file = await Deno.lstat(path).catch(() => undefined);
  return file?.mtime?.getTime() ?? 0;
}
