// Native code in a sandbox of the launch chain's, with the filter and without: what the filter
// refuses, the kernel alone allows, or refuses for another reason.
import assert from "node:assert/strict";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { sandboxCommand } from "../../lib/sandbox/sandbox.ts";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { openPatience } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { actsProgram } from "./acts_program.ts";
import { type Act, availableActs, rootActs, userActs } from "./system_call_acts.ts";

const USER = 1_879_048_777;

/** Environment: a function of the full level, one of the rootless level, or root. */
type Place = "full" | "rootless" | "root";

async function perform(
  acts: readonly Act[],
  place: Place,
  systemCallFilter?: string,
): Promise<string[]> {
  const perl = ["perl", "-e", actsProgram(acts)];
  const all = ["--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--mount-proc"];
  const { command, input } = place === "root"
    ? { command: ["unshare", ...all, ...perl], input: "" }
    : sandboxCommand({
      network: "loopback",
      ...(systemCallFilter === undefined ? {} : { systemCallFilter }),
      ...(place === "full" ? { uid: USER } : {}),
      mounts: [],
      programs: true,
      workingDirectory: "/tmp",
      command: perl,
    });
  using patience = openPatience("the end of a sandbox");
  const { stdout: said, stderr: problem } = await runBounded(command, {
    input,
    env: Deno.env.toObject(),
    signal: patience.signal,
    maxBytes: 65_536,
  });
  const answers: string[] = [];
  for (const line of said.trim().split("\n")) {
    const [index, ...answer] = line.split(" ");
    answers[Number(index)] = answer.join(" ");
  }
  assert.equal(answers.length, acts.length, `${said}\n${problem}`);
  return answers;
}

function assertFiltered(acts: readonly Act[], answers: readonly string[]): void {
  const expected = acts.map(({ what, filtered }) => `${what}: ${filtered}`);
  assert.deepEqual(acts.map(({ what }, index) => `${what}: ${answers[index]}`), expected);
}

function assertBare(acts: readonly Act[], answers: readonly string[]): void {
  for (const [index, { what, bare, lacking = [], filtered }] of acts.entries()) {
    const answer = answers[index]!;
    if (bare.includes(answer)) assert.notEqual(answer, filtered, what);
    else if (lacking.includes(answer)) {
      // deno-lint-ignore no-console
      console.log(`skipped: this kernel has not got ${what}`);
    } else assert.fail(`${what}: ${answer}`);
  }
}

Deno.test("the filter refuses system calls of native code that the kernel would allow", async () => {
  await using directory = await temporaryDirectory();
  const filter = await writeSystemCallFilter(directory.path);
  const acts = availableActs(userActs);
  assertFiltered(acts, await perform(acts, "full", filter));
  assertBare(acts, await perform(acts, "full"));
});

Deno.test("the filter refuses system calls of native code that the kernel allows for root", async () => {
  await using directory = await temporaryDirectory();
  const filter = await writeSystemCallFilter(directory.path);
  const acts = availableActs(rootActs);
  assertFiltered(acts, await perform(acts, "full", filter));
  assertBare(acts, await perform(acts, "root"));
});

Deno.test("the filter refuses the same system calls in a rootless sandbox", async () => {
  await using directory = await temporaryDirectory();
  const filter = await writeSystemCallFilter(directory.path);
  const acts = availableActs([...userActs, ...rootActs]);
  assertFiltered(acts, await perform(acts, "rootless", filter));
});
