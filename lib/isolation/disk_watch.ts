import type { DiskLimits } from "../disk/disk_limits.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { FunctionProcess } from "../process/spawn.ts";
import type { Home } from "./homes.ts";

/** Watches the home of a running process. */
export interface DiskWatch extends Disposable {
  /**
   * Returns the same process, killed when the home exceeds its limits; `ended` has `excess` then.
   */
  readonly around: (process: FunctionProcess) => FunctionProcess;
}

/** Returns the limits of a function's home. */
export function diskLimitsOf(
  { dataBytes, dataFiles }: Pick<FunctionPolicy, "dataBytes" | "dataFiles">,
): DiskLimits {
  return { bytes: dataBytes, files: dataFiles };
}

/**
 * Starts to watch a home.
 *
 * @throws {Error} when the home already exceeds its limits: a new process would be killed at once
 */
export async function watchDisk(home: Home): Promise<DiskWatch> {
  let excess: string | undefined;
  let end = (): void => {};
  const watch = await home.watch((reason) => {
    excess = reason;
    end();
  });
  return {
    around(process) {
      end = () => void process.kill();
      if (excess !== undefined) end();
      const ended = process.ended.then((exit) =>
        excess === undefined ? exit : { ...exit, excess: excess }
      );
      return { ...process, ended };
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}
