import type { ResourceLimits } from "../sandbox/cgroup_limits.ts";
import type { ControlGroup, ControlGroups } from "../sandbox/control_groups.ts";

/** Groups of checks, within one that bounds them all together. Disposing of it ends them. */
export interface CheckGroups extends AsyncDisposable {
  /** Makes the group of a check that begins now; `name` is unique among those that are open. */
  readonly open: (name: string) => Promise<ControlGroup>;
}

/** Bounds of checks, whatever the functions themselves may use. */
export interface CheckLimits {
  readonly each: ResourceLimits;
  readonly together: ResourceLimits;
}

/** For this long all checks together have half the share of the processor that one function has. */
export const FRESH_CHECK_MS = 3_000;

/** On the kernel's scale, where each function has 100, and so has the supervisor beside all of them. */
const FRESH_WEIGHT = 50;
const SLOW_WEIGHTS = { each: 1, together: 10 } as const;

const MIB = 1024 ** 2;

/**
 * The compiler takes some hundred megabytes for a large graph. On a machine of little memory checks
 * give way, because the functions that serve need it.
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

/** Why a check ended that was out of memory. */
export function describeHunger({ each, together }: CheckLimits): string {
  const [one, all] = [each, together].map(({ memoryBytes }) => Math.floor(memoryBytes / MIB));
  return `The check ran out of memory: it may use ${one}MiB, and all checks together ${all}MiB. ` +
    "Import less";
}

/**
 * Makes the group that all checks are in. A check that takes long gets a hundredth of what a new one
 * gets, and when none is new, all of them together get a tenth of what one function gets: type
 * checks that take long delay neither requests nor another function's update.
 */
export async function openCheckGroups(
  groups: ControlGroups,
  limits: CheckLimits,
): Promise<CheckGroups> {
  const parent = await groups.openParent("checks", limits.together);
  let fresh = 0;
  let weighing = Promise.resolve();

  /** In turn, so that the last change is the one that holds; a group may have gone meanwhile. */
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
