import { deepEqual, equal, match } from "node:assert/strict";

const RELAY = new URL("relay_output.ts", import.meta.url).href;

/** Runs a shell command and returns the relayed output and its result. */
async function relay(script: string, maxSilentMs: number): Promise<string[]> {
  const code = `
    import { relayOutput } from ${JSON.stringify(RELAY)};
    const args = ["-c", ${JSON.stringify(script)}];
    const child = new Deno.Command("sh", { args, stdout: "piped" }).spawn();
    const code = await relayOutput(child, {
      onSilent: (message) => { console.error(message); child.kill("SIGKILL"); },
      maxSilentMs: () => ${maxSilentMs},
      lookMs: 5,
    });
    console.error(code);`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { NO_COLOR: "1" },
  }).output();
  return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
}

Deno.test("relayOutput() passes on all output and returns the exit code", async () => {
  const [said, told] = await relay("head -c 300000 /dev/zero; echo end; exit 3", Infinity);
  equal(said!.length, 300_004);
  deepEqual([said!.slice(-4), told], ["end\n", "3\n"]);
});

Deno.test("relayOutput() reports a silent process once", async () => {
  const [said, told] = await relay("exec sleep 1d", 1);
  equal(said, "");
  match(told!, /^Nothing was printed for 0 minutes: something hangs\n137\n$/);
});
