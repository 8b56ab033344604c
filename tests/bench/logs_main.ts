// Measures `ddsrv logs` on a log of 1 GB compared to a bare `deno run`. It prints figures and
// asserts nothing, because figures depend on the machine.
import { join } from "node:path";
import { formatLogRecord } from "../../lib/logs/log_record.ts";
import { say } from "./isolation/figures.ts";
import { median, row, timed, title } from "./lifecycle/table.ts";

const BYTES = 1_000_000_000;
const RECORDS_AT_ONCE = 20_000;
const ROUNDS = 9;

const BEGIN_MS = Date.UTC(2026, 0, 1);
const STEP_MS = 10;

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

/** Writes records with times a hundredth of a second apart, and returns their number. */
async function writeLog(path: string): Promise<number> {
  using file = await Deno.open(path, { write: true, create: true });
  const writer = file.writable.getWriter();
  let count = 0;
  for (let bytes = 0; bytes < BYTES;) {
    const records = Array.from({ length: RECORDS_AT_ONCE }, () => {
      const time = new Date(BEGIN_MS + STEP_MS * count).toISOString();
      const text = `line ${count++} ${"x".repeat(60)}`;
      return formatLogRecord({ time, stream: "stdout", text, isPartial: false }, "cri");
    });
    const chunk = new TextEncoder().encode(records.join(""));
    await writer.write(chunk);
    bytes += chunk.length;
  }
  writer.releaseLock();
  return count;
}

async function runDeno(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", ...args],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const directory = await Deno.makeTempDir({ prefix: "ddsrv-bench-" });
try {
  const empty = join(directory, "empty.ts");
  await Deno.writeTextFile(empty, "");
  const count = await writeLog(join(directory, "app.log"));
  const timeOf = (index: number): string => new Date(BEGIN_MS + STEP_MS * index).toISOString();
  const logs = (...args: string[]): Promise<void> =>
    runDeno(MAIN, "logs", "app", "--logs-dir", directory, ...args);
  const measures: Readonly<Record<string, () => Promise<void>>> = {
    "deno run of an empty file": () => runDeno(empty),
    "ddsrv logs -n 100": () => logs("-n", "100"),
    "ddsrv logs --since, its last 1,000 lines": () => logs("--since", timeOf(count - 1_000)),
    "ddsrv logs --since --until, 100 in the middle": () =>
      logs("--since", timeOf(count / 2), "--until", timeOf(count / 2 + 100)),
  };
  title(`A log of 1 GB, ${count} lines; medians of ${ROUNDS}`);
  const results = Object.keys(measures).map(() => [] as number[]);
  // In turn, so that load on the machine affects all of them. The first round is a warm-up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, run] of Object.values(measures).entries()) {
      const [ms] = await timed(run);
      if (round > 0) results[index]!.push(ms);
    }
  }
  for (const [index, name] of Object.keys(measures).entries()) {
    row(name, `${median(results[index]!).toFixed(0)} ms`);
  }
  say("");
} finally {
  await Deno.remove(directory, { recursive: true });
}
