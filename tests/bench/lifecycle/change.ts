import { join } from "node:path";
import { answering, pause, type Server, startServer } from "../../e2e/support/harness.ts";
import { type Figure, median } from "./figure.ts";
import { durationOf } from "./rounds.ts";

const ROUNDS = 9;

/** Pause between edits, longer than a running scan or stop of the old instance. */
const PAUSE_MS = 1_000;

/** Measures the time from the last write of new code to its first answer. */
export async function measureChange(): Promise<Figure[]> {
  const files = { "app/index.ts": answering("0") };
  await using checked = await startServer({ isParking: true, files, isChecked: true });
  await using unchecked = await startServer({ isParking: true, files });
  const target = "550 ms";
  return [
    await edits(checked, { what: "edit to answer, type-checked", save: overwrite, target }),
    await edits(checked, { what: "the same, renamed into place", save: rename, target }),
    await edits(unchecked, { what: "edit to answer, unchecked", save: overwrite }),
  ];
}

/** Writes new code to the only file of the function. */
type Save = (server: Server, code: string) => Promise<void>;

async function edits(
  server: Server,
  { what, save, target }: {
    readonly what: string;
    readonly save: Save;
    readonly target?: string;
  },
): Promise<Figure> {
  const values: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const text = `${what} ${round}`;
    await save(server, answering(text));
    const ms = await durationOf(() => answers(server, text));
    if (round > 0) values.push(ms);
    await pause(PAUSE_MS);
  }
  const note = `${ROUNDS} edits, at most ${Math.max(...values).toFixed(0)} ms`;
  return {
    what,
    unit: "ms",
    value: median(values),
    ...(target === undefined ? {} : { target }),
    note,
  };
}

function overwrite(server: Server, code: string): Promise<void> {
  return server.write({ "app/index.ts": code });
}

async function rename(server: Server, code: string): Promise<void> {
  const aside = join(server.directory, "aside.ts");
  await Deno.writeTextFile(aside, code);
  await Deno.rename(aside, join(server.functions, "app/index.ts"));
}

/** Sends requests every 5 ms until the function gives this answer. */
async function answers(server: Server, text: string): Promise<void> {
  while (await (await fetch(`${server.url}/app`)).text() !== text) await pause(5);
}
