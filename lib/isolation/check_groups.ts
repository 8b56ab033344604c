import type { ResourceLimits } from "../sandbox/cgroup_limits.ts";
import type { ControlGroup, ControlGroups } from "../sandbox/control_groups.ts";

/** Control groups of checks in one parent with common limits. Disposing of it kills them. */
export interface CheckGroups extends AsyncDisposable {
  /** Creates the group of a new check; `name` is unique among the open groups. */
  readonly open: (name: string) => Promise<ControlGroup>;
}

/** Resource limits of checks, independent of the functions' limits. */
export interface CheckLimits {
  readonly each: ResourceLimits;
  readonly together: ResourceLimits;
}

/** Age in milliseconds up to which checks together get half the CPU share of one function. */
export const FRESH_CHECK_MS = 3_000;

/** CPU weights on the kernel's scale, on which each function and the supervisor have 100. */
const FRESH_WEIGHT = 50;
const SLOW_WEIGHTS = { each: 1, together: 10 } as const;

const MIB = 1024 ** 2;

/**
 * Returns the limits of checks for a machine with `machineBytes` of memory. The type checker takes
 * some hundred megabytes for a large module graph. On a small machine, checks get at most half of
 * the memory, because running functions need the rest.
 */
export function checkLimits(machineBytes: number): CheckLimits {
  const togetherBytes = Math.min(4_096 * MIB, Math.floor(machineBytes / 2));
  const shares = { cpuWeight: SLOW_WEIGHTS.together, ioWeight: SLOW_WEIGHTS.together };
  return {
    each: {
      memoryBytes: Math.min(2_048 * MIB, togetherBytes),
      processes: 256,
      cpu: Infinity,
    },
    together: { memoryBytes: togetherBytes, processes: 1_024, cpu: Infinity, ...shares },
  };
}

/** Returns the diagnostics of a check that ran out of memory. */
export function describeOutOfMemory({ each, together }: CheckLimits): string {
  const [one, all] = [each, together].map(({ memoryBytes }) => Math.floor(memoryBytes / MIB));
  return `The check ran out of memory: the limit is ${one}MiB, and ${all}MiB for all checks ` +
    "together. Import fewer modules";
}

/**
 * Creates the parent group of all checks. A slow check gets a hundredth of the CPU share of a new
 * one. Without new checks, all checks together get a tenth of the share of one function. So slow
 * type checks delay neither requests nor updates of other functions.
 */
export async function openCheckGroups(
  groups: ControlGroups,
  limits: CheckLimits,
): Promise<CheckGroups> {
  const parent = await groups.openParent("checks", limits.together);
  let fresh = 0;
  let weighing = Promise.resolve();

  /** Sets weights in sequence, so that the last change wins. The group may already be gone. */
  function weigh(group: Pick<ControlGroup, "setCpuWeight">, weight: () => number): void {
    weighing = weighing.then(() => group.setCpuWeight(weight())).catch(() => {});
  }

  function weighAll(): void {
    weigh(parent, () => fresh > 0 ? FRESH_WEIGHT : SLOW_WEIGHTS.together);
  }

  return {
    async open(name) {
      const group = await parent.open(name, limits.each);
      let isFresh = true;
      const age = (): void => {
        if (!isFresh) return;
        isFresh = false;
        fresh--;
        weighAll();
      };
      const timer = setTimeout(() => {
        weigh(group, () => SLOW_WEIGHTS.each);
        age();
      }, FRESH_CHECK_MS);
      fresh++;
      weighAll();
      await weighing;
      return {
        ...group,
        async [Symbol.asyncDispose]() {
          clearTimeout(timer);
          age();
          await weighing;
          await group[Symbol.asyncDispose]();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await weighing;
      await parent[Symbol.asyncDispose]();
    },
  };
}
