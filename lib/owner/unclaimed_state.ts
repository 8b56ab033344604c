import { dirname, isAbsolute, join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { identifyDirectory } from "./identify_directory.ts";
import { isOwnerId } from "./owner_id.ts";

/** State of an owner that no record speaks of: earlier versions wrote none. */
export interface UnclaimedState {
  readonly id: string;
  /** Functions that have something there. */
  readonly names: ReadonlySet<string>;
  /** Functions directories that its records of checks name. */
  readonly witnesses: readonly Witness[];
  /** When something of it last changed, in milliseconds since 1970. */
  readonly usedAtMs: number;
}

/** A functions directory that records of checks name. */
export interface Witness {
  /** Its path when the checks were made. */
  readonly path: string;
  /** Where that leads today; nothing when nothing is there. */
  readonly directory: string | undefined;
  /** Number of functions that were last checked there. */
  readonly functions: number;
  /** When the last of these checks was made, in milliseconds since 1970. */
  readonly checkedAtMs: number;
}

/** The file, or the directory, that each owner has in these directories. */
const KINDS = ["users", "data", "snapshots", "checks", "cache"] as const;

/** Reads what lies below a state directory for owners beside the ids in `claimed`. */
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
      // A name with a dot in front is half made, or being removed.
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

/** Each function's newest check tells where it was. */
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

/** The functions directory in a file of passed checks, of which the newest comes first. */
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
