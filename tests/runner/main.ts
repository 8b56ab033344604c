// Runs files of tests, each in a process of its own, in lanes beside each other, and tells what each
// took. Arguments: --times for a table of all of them, then the files in the order to begin them.
import { openProcessorMeter } from "./processor_meter.ts";
import { type FileResult, runFile } from "./run_file.ts";
import { formatResult, formatTimes, formatTotal } from "./report.ts";

/** Two a processor, for tests mostly wait for others. */
const LANES = Number(Deno.env.get("DENO_JOBS") ?? navigator.hardwareConcurrency * 2);

async function main(args: readonly string[]): Promise<number> {
  const files = args.filter((arg) => arg !== "--times");
  const started = performance.now();
  const results: FileResult[] = [];
  let hasMeters = true;
  const waiting = [...files];
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    await using meter = await openProcessorMeter(`ddsrv-tests-${Deno.pid}-${lane}`);
    hasMeters &&= meter !== undefined;
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file, meter);
      results.push(result);
      say(formatResult(result));
    }
  });
  await Promise.all(lanes);
  if (args.includes("--times")) say(formatTimes(results));
  const failures = results.filter(({ isPassed }) => !isPassed);
  for (const { file } of failures) say(`Failed: ${file}`);
  say(formatTotal(results, { seconds: (performance.now() - started) / 1000, hasMeters }));
  return failures.length === 0 ? 0 : 1;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

Deno.exit(await main(Deno.args));
