import { join } from "node:path";
import type { Bench } from "./bench.ts";
import type { Samples } from "./figures.ts";
import type { Route } from "./ports.ts";
import { cpuSeconds } from "./processes.ts";
import { denoCommand, type Subject } from "./subjects.ts";

/** Parameters of a load. */
export interface Load {
  /** wrk, or our own client for large answers, because wrk reads those in small pieces. */
  readonly client: "wrk" | "download";
  readonly route: Route;
  readonly path: string;
  readonly connections: number;
  /** Lines of wrk's script that change its request. */
  readonly script?: string;
}

/** Result of one run against one subject. */
export interface LoadSample {
  /** CPU time of the subject's processes; NaN if it is not measured. */
  readonly cpuSeconds: number;
  readonly requests: number;
  /** Size of the answers, including heads. */
  readonly bytes: number;
  readonly seconds: number;
  readonly p99Us: number;
  /** Number of failed connections, and of answers other than 2xx. */
  readonly errors: number;
}

const REPORT = `
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.bytes,
    summary.duration, latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`;

/** Time that a client may take in addition to the duration of the load. */
const GRACE_MS = 20_000;

/**
 * Puts all subjects under the same load in turn, round by round. Each round begins with another
 * subject, so that the order has no effect.
 */
export async function measureLoad(
  bench: Bench,
  subjects: readonly Subject[],
  load: Load,
): Promise<Samples<LoadSample>> {
  const script = join(bench.directory, "load.lua");
  await Deno.writeTextFile(script, (load.script ?? "") + REPORT);
  const samples = new Map(subjects.map(({ name }) => [name, [] as LoadSample[]]));
  for (let round = 0; round <= bench.rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(round + turn) % subjects.length]!;
      const sample = await runOnce(bench, subject, { load, script });
      // The first round is a warm-up.
      if (round > 0) samples.get(subject.name)!.push(sample);
    }
  }
  return samples;
}

/** Returns a line that reports errors, or an empty text. */
export function renderErrors(samples: Samples<LoadSample>): string {
  const failed = [...samples].map(([name, all]) => ({
    name,
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
  })).filter(({ errors }) => errors > 0);
  return failed.map(({ name, errors }) => `  ${name}: ${errors} requests failed\n`).join("");
}

async function runOnce(
  bench: Bench,
  { pids, url }: Subject,
  { load, script }: { readonly load: Load; readonly script: string },
): Promise<LoadSample> {
  const before = await cpuSeconds(pids);
  const target = url(load.route, load.path);
  const command = load.client === "wrk"
    ? ["wrk", "-t1", `-c${load.connections}`, `-d${bench.seconds}`, "--timeout", "10"]
      .concat("-s", script, target)
    : denoCommand("download.ts", [target, String(load.connections), String(bench.seconds)]);
  const output = await bench.processes.run(command, bench.seconds * 1000 + GRACE_MS);
  const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(output);
  if (found === null) throw new Error(`${load.client} gave no result for ${target}`);
  const [requests, bytes, durationUs, p99Us, errors] = found.slice(1).map(Number);
  return {
    cpuSeconds: pids.length === 0 ? NaN : await cpuSeconds(pids) - before,
    requests: requests!,
    bytes: bytes!,
    seconds: durationUs! / 1e6,
    p99Us: p99Us!,
    errors: errors!,
  };
}
