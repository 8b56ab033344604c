import { missingControllers } from "../sandbox/cgroup_hierarchy.ts";
import {
  boundsSockets,
  type ControlGroup,
  type ControlGroups,
  openControlGroups,
  readHierarchy,
} from "../sandbox/control_groups.ts";
import type { FunctionProcess } from "../process/spawn.ts";
import { isContainer, remediesFor } from "./remedies.ts";

/** Of a host with version 1 whose kernel leaves sockets out of memory limits. */
export const UNBOUNDED_SOCKETS =
  "This kernel does not bound the buffers of sockets: a function may hold more memory by them";

/** Remedy for that. */
export const UNBOUNDED_SOCKETS_REMEDY =
  "Boot with control groups of version 2: systemd.unified_cgroup_hierarchy=1";

/** The control groups of a supervisor, or nothing where they can't be used, which is said. */
export async function openGroups(
  ownerId: string,
  onWarning: (message: string) => void,
): Promise<ControlGroups | undefined> {
  try {
    const hierarchy = await readHierarchy();
    const missing = missingControllers(hierarchy);
    if (missing.length > 0) {
      onWarning(
        `This host has no control group for ${missing.join(", ")}: functions are not bounded there`,
      );
    }
    if (missing.length === 0 && !await boundsSockets(hierarchy)) {
      onWarning(`${UNBOUNDED_SOCKETS}. ${UNBOUNDED_SOCKETS_REMEDY}`);
    }
    return await openControlGroups(ownerId, hierarchy);
  } catch (error) {
    const remedies = remediesFor({ isContainer: await isContainer() });
    onWarning(
      `Control groups can't be used: ${(error as Error).message}. ${remedies.groups}`,
    );
    return undefined;
  }
}

/** The same process, whose end tells whether it wanted more memory than it might have. */
export function withMemoryLimit(
  group: ControlGroup | undefined,
  memoryBytes: number,
  process: FunctionProcess,
): FunctionProcess {
  if (group === undefined) return process;
  const ended = process.ended.then(async (exit) =>
    await group.oomKills() === 0 ? exit : { ...exit, exhaustedBytes: memoryBytes }
  );
  return { ...process, ended };
}
