/** Two paths that another process exchanges all the time. Disposing of it ends that process. */
export async function openContainedFlipper(
  [one, other]: readonly [string, string],
): Promise<AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-config", "--allow-ffi"],
      ...[new URL("contained_flip.ts", import.meta.url).pathname, one, other],
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  if ((await reader.read()).done) throw new Error("The flipper ended before it began");
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}
