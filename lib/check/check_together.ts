import { dirname } from "node:path";
import { type BoundedOutput, runBounded } from "../process/bounded_output.ts";
import { jointCheckCommand, jointInfoCommand } from "../sandbox/deno_command.ts";
import type { CheckResult } from "./check.ts";
import type { CheckBounds } from "./check_bounds.ts";
import type { CheckPlace } from "./check_place.ts";
import { type JointEntry, type JointModules, readJointGraph } from "./joint_graph.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import { watchUse } from "./use_watch.ts";

/** Options of {@linkcode checkTogether}. */
export interface CheckTogetherOptions {
  readonly entries: readonly JointEntry[];
  /** Absolute path of the module that imports all entries; the place shows it. */
  readonly root: string;
  /** Writes the module that imports these entries. */
  readonly writeRoot: (entries: readonly JointEntry[]) => Promise<void>;
  readonly isOwn: (name: string, path: string) => boolean;
  /** Absolute path of the operator's import map. */
  readonly importMap: string | undefined;
  readonly place: CheckPlace;
  readonly bounds: CheckBounds;
  readonly onLook?: ((isIdle: boolean) => void) | undefined;
  readonly signal: AbortSignal;
}

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** Maximum number of type checks of one group; each has fewer functions than the one before. */
const MAX_ROUNDS = 3;

/**
 * Type-checks several functions in one process, which costs little more than one function. Returns
 * only functions that passed without any diagnostic, with the result that their own check would
 * give; each other function needs its own check. Leaves out functions with errors and tries again.
 */
export async function checkTogether(
  options: CheckTogetherOptions,
): Promise<ReadonlyMap<string, CheckResult>> {
  const { root, entries, place, bounds, onLook, importMap } = options;
  const { cpuTimeMs } = place;
  await using use = watchUse({ maxCpuMs: bounds.cpuTimeMs, cpuTimeMs, onLook });
  using timeout = openTimeout(bounds.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout.signal, use.signal]);
  const execute = (inner: string[]): Promise<BoundedOutput> => {
    const { command, ...input } = place.around(inner);
    const common = { signal, maxBytes: MAX_OUTPUT_BYTES, onSpawn: use.follow };
    return runBounded(command, { ...place, ...input, ...common });
  };
  const passed = new Map<string, CheckResult>();
  await options.writeRoot(entries);
  const graph = await execute(jointInfoCommand({ root, importMap }, place.deno));
  if (signal.aborted || !graph.success) return passed;
  const found = readJointGraph(graph.stdout, options);
  const groups = [found.filter((one) => one.usesNode), found.filter((one) => !one.usesNode)];
  for (const group of groups) {
    let left: readonly JointModules[] = group;
    for (let round = 0; round < MAX_ROUNDS && left.length > 1; round++) {
      await options.writeRoot(left);
      const output = await execute(jointCheckCommand({ root, importMap }, place.deno));
      if (signal.aborted) return passed;
      if (output.success) {
        for (const { name, modules } of left) passed.set(name, { diagnostics: undefined, modules });
        break;
      }
      const without = withoutNamed(left, `${output.stdout}\n${output.stderr}`, dirname(root));
      if (without.length === left.length) break;
      left = without;
    }
  }
  return passed;
}

/** Leaves out functions with a module that the diagnostics name. */
function withoutNamed(
  all: readonly JointModules[],
  diagnostics: string,
  functionsDirectory: string,
): readonly JointModules[] {
  return all.filter(({ name }) => !diagnostics.includes(`file://${functionsDirectory}/${name}/`));
}
