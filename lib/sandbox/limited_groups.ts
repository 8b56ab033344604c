import { dirname } from "node:path";
import { groupBelow, type GroupMount, parseGroupMounts, parseOwnGroups } from "./cgroup_mounts.ts";

/** A maximum, and what is left of it; both are infinite without a limit. */
export interface Room {
  readonly limit: number;
  readonly left: number;
}

/** Files of a control group that tell its room, by kind. */
export interface GroupFiles {
  readonly limit: string;
  readonly used: string;
  /** Statistics of memory; missing for processes. */
  readonly stat?: string;
}

/** Files of all groups that limit a process, by kind. */
export interface LimitedGroups {
  readonly memory: readonly GroupFiles[];
  readonly processes: readonly GroupFiles[];
}

/** Room without any limit. */
export const UNLIMITED: Room = { limit: Infinity, left: Infinity };

/** Levels of groups that are read at most. */
const MAX_LEVELS = 16;

/**
 * Returns the files of the control groups that limit this process and its children: its own group
 * and those above it, as far as they are visible. A group that does not limit lacks some of them.
 * Arguments: texts of `/proc/self/mountinfo` and `/proc/self/cgroup`.
 */
export function findLimitedGroups(
  { mountInfo, ownGroups }: { readonly mountInfo: string; readonly ownGroups: string },
): LimitedGroups {
  const mounts = parseGroupMounts(mountInfo);
  const own = parseOwnGroups(ownGroups);
  const levels = (find: (mount: GroupMount) => boolean, controller: string): string[] => {
    const mount = mounts.find(find);
    return mount === undefined ? [] : ancestors(groupBelow(mount, own.get(controller)), mount.path);
  };
  const second = levels(({ type }) => type === "cgroup2", "");
  const first = (controller: string): string[] =>
    levels(
      ({ type, controllers }) => type === "cgroup" && controllers.includes(controller),
      controller,
    );
  return {
    memory: [
      ...first("memory").map((path) => ({
        limit: `${path}/memory.limit_in_bytes`,
        used: `${path}/memory.usage_in_bytes`,
        stat: `${path}/memory.stat`,
      })),
      ...second.map((path) => ({
        limit: `${path}/memory.max`,
        used: `${path}/memory.current`,
        stat: `${path}/memory.stat`,
      })),
    ],
    processes: [...first("pids"), ...second].map((path) => ({
      limit: `${path}/pids.max`,
      used: `${path}/pids.current`,
    })),
  };
}

function ancestors(path: string, top: string): string[] {
  const found = [path];
  while (found.length < MAX_LEVELS && found.at(-1) !== top && found.at(-1) !== "/") {
    found.push(dirname(found.at(-1)!));
  }
  return found;
}

/** Version 1 writes about 2^63 for no limit. */
const NO_LIMIT = 2 ** 62;

/** Parses a limit of a group; `Infinity` if there is none. */
export function parseLimit(text: string): number {
  const limit = Number.parseInt(text, 10);
  return limit >= 0 && limit < NO_LIMIT ? limit : Infinity;
}

/**
 * Returns the room of a group by the texts of its files; unlimited if one is empty, or without a
 * limit. The kernel can drop pages of files that nobody used lately, and half of the others.
 *
 * @example
 * ```ts
 * import { roomOfGroup } from "./limited_groups.ts";
 * roomOfGroup({ limit: "100\n", used: "60\n" }); // { limit: 100, left: 40 }
 * ```
 */
export function roomOfGroup({ limit, used, stat = "" }: GroupFiles): Room {
  const most = parseLimit(limit);
  const present = Number.parseInt(used, 10);
  if (most === Infinity || !(present >= 0)) return UNLIMITED;
  const idle = figureOf(stat, "inactive_file");
  const active = figureOf(stat, "active_file");
  return { limit: most, left: Math.max(0, most - present + idle + active / 2) };
}

/** Returns the smallest limit and the smallest rest. */
export function tightestOf(rooms: readonly Room[]): Room {
  return {
    limit: Math.min(...rooms.map(({ limit }) => limit)),
    left: Math.min(...rooms.map(({ left }) => left)),
  };
}

/** Version 1 counts the groups below with the prefix `total_`. */
function figureOf(stat: string, name: string): number {
  const found = new RegExp(`^total_${name} (\\d+)$`, "m").exec(stat) ??
    new RegExp(`^${name} (\\d+)$`, "m").exec(stat);
  return Number(found?.[1] ?? 0);
}
