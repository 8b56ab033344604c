// What a dockerd leaves of control groups: its own, and an empty one of its builder's.
import { join } from "node:path";
import { unescapeMountPath } from "../../lib/system/mount_path.ts";

/** Where a group of that path could be, and is not. */
export async function freePlaces(cgroup: string): Promise<string[]> {
  const paths = (await hierarchies()).map((mount) => join(mount, cgroup));
  const found = await Promise.all(paths.map((path) => Deno.stat(path).catch(() => undefined)));
  return paths.filter((_, index) => found[index] === undefined);
}

/** Takes a group away with those below it, in which nothing runs any more. */
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
