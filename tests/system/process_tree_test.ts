import assert from "node:assert/strict";
import { parseStat, readTreeFigures } from "../../lib/system/process_tree.ts";

/** A line of proc_pid_stat(5) with that command, state and times. */
function stat(command: string, state: string, times: readonly number[]): string {
  const between = Array(10).fill("0").join(" ");
  return `1 (${command}) ${state} ${between} ${times.join(" ")} 20 0 1`;
}

const rows: readonly [text: string, expected: ReturnType<typeof parseStat>][] = [
  [stat("deno", "S", [1, 2, 3, 4]), { cpuMs: 100, isRunnable: false }],
  [stat("deno", "R", [1, 0, 0, 0]), { cpuMs: 10, isRunnable: true }],
  [stat("deno", "D", [0, 0, 0, 0]), { cpuMs: 0, isRunnable: true }],
  [stat(") R 9 9 (", "S", [1, 0, 0, 0]), { cpuMs: 10, isRunnable: false }],
  ["", undefined],
  ["1 (sh) S", undefined],
];

for (const [text, expected] of rows) {
  Deno.test(`parseStat() of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseStat(text), expected);
  });
}

/** Looks at a shell's tree until what it uses is as wanted. */
async function look(
  script: string,
  isEnough: (figures: NonNullable<Awaited<ReturnType<typeof readTreeFigures>>>) => boolean,
): Promise<void> {
  const child = new Deno.Command("sh", { args: ["-c", script], stdin: "piped" }).spawn();
  for (;;) {
    const figures = await readTreeFigures(child.pid);
    assert.ok(figures, "the shell has exited");
    if (isEnough(figures)) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await child.stdin.close();
  await child.status;
  assert.equal(await readTreeFigures(child.pid), undefined);
}

const LOOP = "i=0; while [ $((i += 1)) -lt 60000 ]; do :; done";

Deno.test("readTreeFigures() includes children, also those that have ended", async () => {
  await look(
    `(${LOOP}); (${LOOP}); read -r _`,
    ({ cpuMs, isRunnable }) => cpuMs > 30 && !isRunnable,
  );
});

Deno.test("readTreeFigures() distinguishes a running child from a waiting one", async () => {
  // It works until its parent's input ends.
  const works = "(while :; do :; done) & read -r _; kill $!; wait";
  await look(works, ({ isRunnable }) => isRunnable);
  await look("(read -r _)", ({ isRunnable }) => !isRunnable);
});
