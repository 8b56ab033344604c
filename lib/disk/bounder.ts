import { CommandError, type Run, run as execute } from "../system/run.ts";
import type { BoundedDirectory, BoundedDirectoryOptions } from "./disk_limits.ts";
import { tryImages } from "./image_commands.ts";
import { openImageDirectory } from "./image_directory.ts";
import { openPlainDirectory } from "./plain_directory.ts";
import { createRounds, type RoundsOptions } from "./rounds.ts";

/** Limits the size of directories by the means that the host offers. */
export interface Bounder {
  /**
   * `image`: the kernel refuses writes beyond the limit. `account`: ddsrv counts periodically, and
   * ends the process that wrote too much.
   */
  readonly kind: "image" | "account";
  /** Opens a directory; made when it is first asked for. */
  readonly open: (place: BoundedPlace) => Promise<BoundedDirectory>;
}

/** Options to open a directory; without `uid` the caller owns it, and can't mount anything. */
export interface BoundedPlace extends Omit<BoundedDirectoryOptions, "uid"> {
  readonly uid: number | undefined;
}

/** Options to detect what the host offers to a bounder. */
export interface BounderOptions extends RoundsOptions {
  /** Without root nothing can be mounted. */
  readonly isRoot: boolean;
  /** Told why directories are only counted, where images are possible elsewhere. */
  readonly onWarning: (message: string) => void;
  readonly run?: Run;
}

/** Remedy where images can't be had, behind what is wrong. */
export const IMAGE_REMEDY =
  "Install e2fsprogs and mount, and give loop devices (in a container: --privileged, or " +
  "--device /dev/loop-control and the loop devices)";

/** Tries whether images can be mounted, and takes the better of both ways. */
export async function openBounder(options: BounderOptions): Promise<Bounder> {
  const { isRoot, onWarning, run = execute } = options;
  const problem = isRoot ? await findImageProblem(run) : "not root";
  const rounds = createRounds(options);
  const turns = new Map<string, Promise<unknown>>();
  const grown = new Map<string, number>();
  if (problem !== undefined && isRoot) {
    onWarning(
      `Data of functions is counted every few seconds, not bounded by the kernel: ${problem}. ` +
        IMAGE_REMEDY,
    );
  }

  /** Two instances of a function may start at a time: one makes the image, both use it. */
  async function inTurn<Result>(key: string, act: () => Promise<Result>): Promise<Result> {
    const turn = (turns.get(key) ?? Promise.resolve()).catch(() => {}).then(act);
    turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (turns.get(key) === turn) turns.delete(key);
    }
  }

  return {
    kind: problem === undefined ? "image" : "account",
    open(place) {
      const { uid } = place;
      if (problem !== undefined || uid === undefined) {
        return openPlainDirectory({ ...place, rounds });
      }
      return inTurn(
        place.directory,
        () => openImageDirectory({ ...place, uid, grown, rounds, run }),
      );
    },
  };
}

/** Why no image can be mounted here; nothing when one can. */
export async function findImageProblem(run: Run = execute): Promise<string | undefined> {
  try {
    await run(tryImages());
    return undefined;
  } catch (error) {
    return error instanceof CommandError ? error.reason : (error as Error).message;
  }
}
