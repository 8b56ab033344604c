import { missingControllers } from "../sandbox/cgroup_hierarchy.ts";
import {
  boundsSockets,
  type ControlGroup,
  type ControlGroups,
  openControlGroups,
  readHierarchy,
} from "../sandbox/control_groups.ts";
import type { FunctionProcess } from "../process/spawn.ts";
import type { StartedProcess } from "./isolation.ts";
import { isContainer, remediesFor } from "./remedies.ts";

/** Problem of a host with cgroup v1 whose kernel does not count sockets in the memory limit. */
export const UNBOUNDED_SOCKETS =
  "This kernel does not limit the memory of socket buffers, so a function may use more memory";

/** Remedy for {@linkcode UNBOUNDED_SOCKETS}. */
export const UNBOUNDED_SOCKETS_REMEDY = "Boot with cgroup v2: systemd.unified_cgroup_hierarchy=1";

/** Opens the control groups of a supervisor; `undefined` with a warning where the host has none. */
export async function openGroups(
  ownerId: string,
  onWarning: (message: string) => void,
): Promise<ControlGroups | undefined> {
  try {
    const hierarchy = await readHierarchy();
    const missing = missingControllers(hierarchy);
    if (missing.length > 0) {
      onWarning(
        `This host has no cgroup controller for ${
          missing.join(", ")
        }: functions have no such limit`,
      );
    }
    if (missing.length === 0 && !await boundsSockets(hierarchy)) {
      onWarning(`${UNBOUNDED_SOCKETS}. ${UNBOUNDED_SOCKETS_REMEDY}`);
    }
    if (Object.keys(hierarchy.bases).length === 0) return undefined;
    return await openControlGroups(ownerId, hierarchy);
  } catch (error) {
    const remedies = remediesFor({ isContainer: await isContainer() });
    onWarning(
      `Cannot use control groups: ${(error as Error).message}. ${remedies.groups}`,
    );
    return undefined;
  }
}

/** Returns how to read a process's memory, if it has a group that counts it. */
export function readOwnMemory(
  group: ControlGroup | undefined,
): Pick<StartedProcess, "readOwnMemory"> {
  return group === undefined ? {} : { readOwnMemory: group.ownMemoryBytes };
}

/** Returns the same process; `ended` has `exhaustedBytes` after an out-of-memory kill. */
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
