// Runs the parts named by arguments in a separate network namespace, and prints their figures.
import { say } from "../isolation/figures.ts";
import { formatRows, type PartRows, type Row } from "./figure.ts";
import { PARTS } from "./parts.ts";

const isJson = Deno.args.includes("--json");
const results: PartRows[] = [];
for (const part of Deno.args.filter((one) => one in PARTS)) {
  const beganMs = performance.now();
  results.push({ part, rows: await measure(part) });
  if (!isJson) say(`${part}: measured in ${((performance.now() - beganMs) / 1_000).toFixed(0)} s`);
}
say(isJson ? JSON.stringify(results, undefined, 2) : `\n${formatRows(results)}`);

/** Measures a part; a part that fails does not lose the figures of the others. */
async function measure(part: string): Promise<readonly Row[]> {
  try {
    return await PARTS[part]!();
  } catch (error) {
    return [{ what: "failed", skipped: error instanceof Error ? error.message : String(error) }];
  }
}
