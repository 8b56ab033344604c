import assert from "node:assert/strict";

/** All moments, side by side: each lane waits a good part of its time. */
const ALL = { lanes: 4, share: 1 };

/** Every fourth moment: all of them take four minutes of processors. */
const SOME = { lanes: 2, share: 4 };

const { lanes: LANES, share: SHARE } = Deno.env.get("DDSRV_KILL_ALL") === "1" ? ALL : SOME;

Deno.test("serve: kill -9 at any step leaves no process, and a restart cleans up", async () => {
  const lanes = await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane)));
  for (const { success, said } of lanes) assert.ok(success, said);
});

/** Runs a lane, which has a host of its own, as these tests have. */
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
