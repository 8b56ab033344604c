import { CommandError, type Run, run as execute } from "../system/run.ts";
import { createAccountant } from "./accountant.ts";
import type { BoundedDirectory, DiskLimits } from "./disk_limits.ts";
import { tryImages } from "./image_commands.ts";
import { openImageDirectory } from "./image_directory.ts";
import { openPlainDirectory, type PlainDirectoryOptions } from "./plain_directory.ts";

/** Bounds directories by what the host has. */
export interface Bounder {
  /**
   * `image`: the kernel refuses what is more. `account`: it is counted again and again, and what
   * wrote it is ended.
   */
  readonly kind: "image" | "account";
  /** Opens a directory; made when it is first asked for. */
  readonly open: (options: PlainDirectoryOptions) => Promise<BoundedDirectory>;
  /**
   * Watches what nothing else bounds, see `Accountant`. Nothing is to be watched in an image.
   *
   * @throws {Error} when it is over its limits already
   */
  readonly watch: (account: {
    readonly paths: readonly string[];
    readonly limits: DiskLimits;
    readonly onOver: (reason: string) => void;
  }) => Promise<Disposable>;
}

/** How a bounder finds out what it may use. */
export interface BounderOptions {
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
  const accountant = createAccountant();
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
      if (problem !== undefined || uid === undefined) return openPlainDirectory(place);
      return inTurn(place.directory, () => openImageDirectory({ ...place, uid, grown, run }));
    },
    async watch(account) {
      if (problem === undefined) return { [Symbol.dispose]() {} };
      const excess = await accountant.findExcess(account);
      if (excess === undefined) return accountant.watch(account);
      const where = account.paths.map((path) => `"${path}"`).join(" and ");
      throw new Error(`It can't start: ${excess}. Remove some of ${where}, or allow more`);
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
