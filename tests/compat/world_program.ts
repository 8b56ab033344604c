import { within } from "../patience.ts";

/**
 * Starts a program in the pretend internet, and waits until its output contains a text. Disposing of
 * it ends the program.
 */
export async function startInWorld(
  command: readonly string[],
  ready: string,
): Promise<AsyncDisposable> {
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", "world", ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = "";
  while (!output.includes(ready)) {
    const { value, done } = await within(reader.read(), `"${ready}" of ${command[0]}`);
    if (done) throw new Error(`${command.join(" ")} ended before it said "${ready}": ${output}`);
    output += value;
  }
  return {
    async [Symbol.asyncDispose]() {
      // PostgreSQL ends its own processes first.
      child.kill("SIGINT");
      await within(child.status, `the end of ${command[0]}`);
      await reader.cancel();
    },
  };
}
