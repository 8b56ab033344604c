import assert from "node:assert/strict";

/** All moments, in parallel lanes, because each lane waits for a large part of its time. */
const ALL = { lanes: 4, share: 1 };

/** Every fourth moment, because all of them take four minutes of CPU time. */
const SOME = { lanes: 2, share: 4 };

const { lanes: LANES, share: SHARE } = Deno.env.get("DDSRV_KILL_ALL") === "1" ? ALL : SOME;

Deno.test("serve: kill -9 at any step leaves no process, and a restart cleans up", async () => {
  const lanes = await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane)));
  for (const { success, said } of lanes) assert.ok(success, said);
});

/** Runs a lane on its own pretend host. */
async function runLane(lane: number): Promise<{ success: boolean; said: string }> {
  const numbers = [lane * SHARE, LANES * SHARE].map(String);
  const run = ["run", "--quiet", "--allow-all"];
  const { success, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["--net", "--mount", "--propagation", "private", Deno.execPath(), ...run]
      .concat("tests/outer.ts", run, "tests/e2e/support/kill_lane.ts", numbers),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, said: decoder.decode(stdout) + decoder.decode(stderr) };
}
