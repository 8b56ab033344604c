import type { DiskLimits } from "../disk/disk_limits.ts";
import type { FunctionPolicy } from "../function/policy.ts";
import type { FunctionProcess } from "../process/spawn.ts";
import type { Home } from "./homes.ts";

/** A home that is watched while a process has it. */
export interface DiskWatch extends Disposable {
  /** The same process, which is ended when its home holds too much, and whose end tells so. */
  readonly around: (process: FunctionProcess) => FunctionProcess;
}

/** The most that a function's home holds. */
export function diskLimitsOf(
  { dataBytes, dataFiles }: Pick<FunctionPolicy, "dataBytes" | "dataFiles">,
): DiskLimits {
  return { bytes: dataBytes, files: dataFiles };
}

/**
 * Watches a home.
 *
 * @throws {Error} when it holds too much already: a function that starts would only be ended again
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
