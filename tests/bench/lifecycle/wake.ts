import { join } from "node:path";
import { answering, pause, startServer } from "../../e2e/support/harness.ts";
import { firstAnswer } from "../isolation/first_answer.ts";
import { median, row, timed, title } from "./table.ts";

const ROUNDS = 9;

/** Measures the first answer of an idle function, compared to that of a bare `deno run`. */
export async function measureWake(): Promise<void> {
  await using server = await startServer({
    flags: ["--idle", "1s"],
    files: { "app/index.ts": answering("app") },
  });
  await server.said("app idle until");
  const wakes: number[] = [];
  const bares: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const from = server.output().length;
    wakes.push((await timed(async () => await (await fetch(`${server.url}/app`)).text()))[0]);
    await server.said("app idle until", from);
    await pause(300);
    bares.push(await measureBare(join(server.functions, "app/index.ts"), 20_000 + round));
  }
  const ratio = median(wakes.map((ms, round) => ms / bares[round]!));
  title("Wake from idle, to the first answer");
  row("bare deno run", median(bares).toFixed(1));
  row("an idle function's first request", median(wakes).toFixed(1), `ratio ${ratio.toFixed(2)}`);
}

async function measureBare(path: string, port: number): Promise<number> {
  const beganMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", path],
    env: { DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`, DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "null",
  }).spawn();
  await firstAnswer(`http://127.0.0.1:${port}/`);
  const ms = performance.now() - beganMs;
  child.kill("SIGTERM");
  await child.status;
  return ms;
}
