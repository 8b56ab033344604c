/**
 * Returns the files and directories below a path that this process has open. Tests of other files run
 * in the same process, so the total number of open files proves nothing.
 */
export function openBelow(path: string): string[] {
  return [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      // It was the descriptor of the directory read here, or another test has closed it.
      return "";
    }
  }).filter((target) => target.startsWith(path));
}
