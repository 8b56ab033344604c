import { answering, pause, startServer } from "../../e2e/support/harness.ts";
import { median, row, timed, title } from "./table.ts";

const ROUNDS = 7;

/** Measures the time from the last write of new code to its first answer. */
export async function measureChange(): Promise<void> {
  await using server = await startServer({ files: { "app/index.ts": answering("0") } });
  await server.answers("/app", "0");
  const taken: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    await pause(500);
    await server.write({ "app/index.ts": answering(String(round)) });
    taken.push((await timed(() => server.answers("/app", String(round))))[0]);
  }
  title("From the last write to the new code's answer");
  row("new code", median(taken).toFixed(0), `at most ${Math.max(...taken).toFixed(0)}`);
}
