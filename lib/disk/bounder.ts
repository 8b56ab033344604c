import { CommandError, type Run, run as execute } from "../system/run.ts";
import type { BoundedDirectory, BoundedDirectoryOptions } from "./disk_limits.ts";
import { tryImages } from "./image_commands.ts";
import { openImageDirectory } from "./image_directory.ts";
import { openPlainDirectory } from "./plain_directory.ts";
import { createRounds, type RoundsOptions } from "./rounds.ts";

/**
 * Limits the size of directories. With images, the kernel refuses writes above the limit. Otherwise
 * ddsrv counts periodically, and kills a process that wrote too much.
 */
export interface Bounder {
  /** Opens a directory, and creates it at the first call. */
  readonly open: (place: BoundedPlace) => Promise<BoundedDirectory>;
}

/** Options to open a directory; without `uid`, the caller owns it and can't mount. */
export interface BoundedPlace extends Omit<BoundedDirectoryOptions, "uid"> {
  readonly uid: number | undefined;
}

/** Options of {@linkcode openBounder}. */
export interface BounderOptions extends RoundsOptions {
  /** ddsrv runs as root, so that it can mount. */
  readonly isRoot: boolean;
  /** Called with the reason why root can't mount images on this host. */
  readonly onWarning: (message: string) => void;
  readonly run?: Run;
}

/** Remedy when images can't be mounted. */
export const IMAGE_REMEDY =
  "Install e2fsprogs and mount, and allow loop devices (in a container: --privileged, or " +
  "--device /dev/loop-control and the loop devices)";

/** Uses images if they can be mounted, and otherwise counts. */
export async function openBounder(options: BounderOptions): Promise<Bounder> {
  const { isRoot, onWarning, run = execute } = options;
  const problem = isRoot ? await findImageProblem(run) : "not root";
  const rounds = createRounds(options);
  const turns = new Map<string, Promise<unknown>>();
  const grown = new Map<string, number>();
  if (problem !== undefined && isRoot) {
    onWarning(
      `The kernel can't limit the data of functions, so ddsrv counts it every few seconds: ` +
        `${problem}. ${IMAGE_REMEDY}`,
    );
  }

  /** Runs tasks with the same key in sequence: of two new instances, one creates the image. */
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

/** Returns why images can't be mounted; `undefined` if they can. */
export async function findImageProblem(run: Run = execute): Promise<string | undefined> {
  try {
    await run(tryImages());
    return undefined;
  } catch (error) {
    return error instanceof CommandError ? error.reason : (error as Error).message;
  }
}
