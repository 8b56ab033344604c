// Control groups that a dockerd leaves: its own, and an empty one of its builder.
import { join } from "node:path";
import { unescapeMountPath } from "../../lib/system/mount_path.ts";

/** Returns the group's paths in the hierarchies where it does not exist. */
export async function freePlaces(cgroup: string): Promise<string[]> {
  const paths = (await hierarchies()).map((mount) => join(mount, cgroup));
  const found = await Promise.all(paths.map((path) => Deno.stat(path).catch(() => undefined)));
  return paths.filter((_, index) => found[index] === undefined);
}

/** Removes a control group and its children, which have no processes any more. */
export async function removeGroup(path: string): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (isDirectory) await removeGroup(join(path, name));
    }
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function hierarchies(): Promise<string[]> {
  return (await Deno.readTextFile("/proc/self/mountinfo")).split("\n")
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => unescapeMountPath(line.split(" ")[4]!));
}
