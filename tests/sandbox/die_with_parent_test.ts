import assert from "node:assert/strict";
import { dieWithParent } from "../../lib/sandbox/die_with_parent.ts";
import { within } from "../patience.ts";

/** Runs a command as a child of a shell and reads its standard output to the end. */
async function outputOf(script: string, command: readonly string[]): Promise<string> {
  const child = new Deno.Command("sh", {
    args: ["-c", script, "sh", ...command],
    stdout: "piped",
  }).spawn();
  await within(child.status, "the end of the shell");
  return await within(new Response(child.stdout).text(), "the end of the command");
}

Deno.test("dieWithParent() runs a command of this parent", async () => {
  const [program = "", ...args] = dieWithParent(Deno.pid, ["echo", "runs"]);
  const { stdout, success } = await new Deno.Command(program, { args }).output();
  assert.deepEqual([new TextDecoder().decode(stdout), success], ["runs\n", true]);
});

Deno.test("dieWithParent() starts nothing if the parent has already exited", async () => {
  assert.equal(await outputOf('"$@" &', dieWithParent(Deno.pid, ["echo", "runs"])), "");
});

Deno.test("dieWithParent() kills the command when the parent is killed", async () => {
  const module = new URL("../../lib/sandbox/die_with_parent.ts", import.meta.url);
  const code = `import { dieWithParent } from "${module}";
    const wait = "echo started; exec sleep 60";
    const [program, ...args] = dieWithParent(Deno.pid, ["sh", "-c", wait]);
    await new Deno.Command(program, { args }).spawn().status;`;
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    stdout: "piped",
  }).spawn();
  const output = parent.stdout.pipeThrough(new TextDecoderStream());
  const texts: string[] = [];
  const reading = (async () => {
    for await (const text of output) {
      texts.push(text);
      if (texts.length === 1) parent.kill("SIGKILL");
    }
  })();
  await within(reading, "the end of the command");
  await parent.status;
  assert.deepEqual(texts, ["started\n"]);
});
