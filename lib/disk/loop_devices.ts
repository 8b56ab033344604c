/** Directory in which the kernel lists its block devices. */
const BLOCK_DEVICES = "/sys/block";

/**
 * Returns true if a loop device uses a file, so that the file may be mounted. Source: loop(4) and
 * `/sys/block/loopN/loop/backing_file`.
 */
export async function isLoopBacking(path: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(BLOCK_DEVICES)) {
    if (!name.startsWith("loop")) continue;
    const backing = await Deno.readTextFile(`${BLOCK_DEVICES}/${name}/loop/backing_file`)
      .catch(() => "");
    if (backing.trimEnd() === path) return true;
  }
  return false;
}
