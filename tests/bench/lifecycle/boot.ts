import { join } from "node:path";
import { answering, makeDirectory, startServer } from "../../e2e/support/harness.ts";
import type { Figure } from "./figure.ts";
import { runBare } from "./bare.ts";
import { durationOf } from "./rounds.ts";

const COUNT = 100;

/** Bare starts that stand for all, because all would take as long as the rest of the benchmark. */
const BARE_COUNT = 10;

/** Measures a start of a supervisor with many functions, before and after their first check. */
export async function measureBoot(): Promise<Figure[]> {
  const directory = await makeDirectory();
  try {
    return await measureIn(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function measureIn(directory: string): Promise<Figure[]> {
  const names = Array.from({ length: COUNT }, (_, index) => `f${index}`);
  // Equal files would share the result of a check.
  const files = Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)]));
  const figures: Figure[] = [];
  const options = { directory, files, isChecked: true, isParking: true } as const;
  for (
    const [what, target] of [
      [`${COUNT} functions, never checked, until all serve`, "25 s"],
      [`${COUNT} functions, checked before, until all serve`, ""],
    ] as const
  ) {
    const beganMs = performance.now();
    await using server = await startServer(options);
    for (const name of names) await server.said(`${name} ready`);
    const ms = performance.now() - beganMs;
    const stopMs = await durationOf(async () => await server[Symbol.asyncDispose]());
    const bare = await bareMs(join(server.functions, "f0/index.ts"), target !== "");
    figures.push({
      what,
      unit: "s",
      value: ms / 1_000,
      bare: bare * COUNT / 1_000,
      ratio: ms / (bare * COUNT),
      ...(target === "" ? {} : { target }),
      note: `stopped in ${
        (stopMs / 1_000).toFixed(1)
      } s; bare: one after another, from ${BARE_COUNT}`,
    });
  }
  return figures;
}

/** Mean of bare starts in milliseconds, each after a `deno check` of another text if that is asked. */
async function bareMs(path: string, isChecked: boolean): Promise<number> {
  const copy = await Deno.makeTempFile({ suffix: ".ts" });
  let ms = 0;
  for (let round = 0; round < BARE_COUNT; round++) {
    await Deno.writeTextFile(copy, `${await Deno.readTextFile(path)}\n// ${round}\n`);
    if (isChecked) {
      ms += await durationOf(async () => {
        await new Deno.Command(Deno.execPath(), { args: ["check", "--quiet", copy] }).output();
      });
    }
    ms += await runBare(copy);
  }
  await Deno.remove(copy);
  return ms / BARE_COUNT;
}
