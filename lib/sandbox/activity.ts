import { join } from "node:path";
import { isLocked } from "../system/is_locked.ts";
import { type CronTurn, formatTurn, NO_TURN } from "./cron_turn.ts";

/**
 * An instance's own word on what it does besides requests. Its preload module says it by locks of
 * files (flock(2)), which the kernel ends with the process. A function can lie about itself. Then it
 * stays awake, or its replaced instance drains until `backgroundTimeout`.
 */
export interface Activity {
  /** It has registered a task with `Deno.cron`. */
  readonly hasCron: boolean;
  /** It listens to the queue of a KV database. */
  readonly hasQueue: boolean;
  /** It does work that a request or a task has left behind. */
  readonly hasWork: boolean;
}

/** Calls for which an instance stays awake without requests. */
export const STAYS = ["Deno.cron", "listenQueue"] as const;

/** A call for which an instance stays awake. */
export type Stay = typeof STAYS[number];

/** Activity of an instance that only answers requests. */
export const NO_ACTIVITY: Activity = { hasCron: false, hasQueue: false, hasWork: false };

/** Names of the files whose locks show an instance's activity. */
const FILES: Readonly<Record<keyof Activity, string>> = {
  hasCron: "cron",
  hasQueue: "queue",
  hasWork: "work",
};

/** Name of the file in which the instance finds its turn. */
const TURN_FILE = "turn";

/** The files by which the supervisor and one instance show each other their activity. */
export interface ActivityFiles {
  /** Returns what the instance says now; {@linkcode NO_ACTIVITY} once it has ended. */
  readonly read: () => Activity;
  /** Tells the instance its turn; at first it has none. No effect once the instance has ended. */
  readonly changeTurn: (change: Partial<CronTurn>) => void;
}

/**
 * Creates the activity files of one instance, which everybody can lock and only this process's user
 * can write. Disposing of them removes their directory.
 */
export async function openActivityFiles(
  directory: string,
): Promise<ActivityFiles & AsyncDisposable> {
  // An existing directory belonged to a killed supervisor.
  await removeFiles(directory);
  Deno.mkdirSync(directory, { recursive: true });
  // The umask of this process must not hide them from the function.
  Deno.chmodSync(directory, 0o755);
  let turn = NO_TURN;
  const turnFile = join(directory, TURN_FILE);
  const paths = Object.values(FILES).map((name) => join(directory, name));
  for (const path of [...paths, turnFile]) {
    Deno.writeTextFileSync(path, path === turnFile ? formatTurn(turn) : "", { createNew: true });
    Deno.chmodSync(path, 0o644);
  }
  return {
    read: () => ({
      hasCron: isLocked(join(directory, FILES.hasCron)),
      hasQueue: isLocked(join(directory, FILES.hasQueue)),
      hasWork: isLocked(join(directory, FILES.hasWork)),
    }),
    changeTurn(change) {
      turn = { ...turn, ...change };
      overwrite(turnFile, formatTurn(turn));
    },
    [Symbol.asyncDispose]: () => removeFiles(directory),
  };
}

/**
 * Returns the call for which an instance stays awake without requests.
 *
 * @example
 * ```ts
 * import { stayOf } from "./activity.ts";
 * stayOf({ hasCron: false, hasQueue: true, hasWork: false }); // "listenQueue"
 * ```
 */
export function stayOf({ hasCron, hasQueue }: Activity): Stay | undefined {
  if (hasCron) return "Deno.cron";
  return hasQueue ? "listenQueue" : undefined;
}

async function removeFiles(directory: string): Promise<void> {
  try {
    await Deno.remove(directory, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Replaces a text by one of the same length, in one call: the instance may read at any time. */
function overwrite(path: string, text: string): void {
  try {
    using file = Deno.openSync(path, { write: true });
    file.writeSync(new TextEncoder().encode(text));
  } catch (error) {
    // The instance has ended.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
