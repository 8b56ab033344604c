/** A process that exchanges two paths continuously. Disposing of it ends the process. */
export async function openFlipper(one: string, other: string): Promise<AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-config", "--allow-ffi"],
      ...[new URL("flip.ts", import.meta.url).pathname, one, other],
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
