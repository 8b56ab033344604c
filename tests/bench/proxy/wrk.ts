import { join } from "node:path";
import type { Bench } from "./bench.ts";
import type { Address } from "./proxies.ts";

/** Result of wrk. */
export interface WrkResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly longestMs: number;
  /** Number of failed connections, and of answers other than 2xx. */
  readonly errors: number;
}

/** Parameters of {@linkcode runWrk}. */
export interface WrkLoad extends Address {
  readonly connections: number;
  /** At least 1; wrk knows whole seconds only. */
  readonly seconds: number;
  /** Lines of Lua that change its request. */
  readonly script?: string;
}

const REPORT = `
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;

/** Time that wrk may take in addition to its load. */
const GRACE_MS = 20_000;

/** Runs wrk with one thread. */
export async function runWrk(
  { directory, processes }: Pick<Bench, "directory" | "processes">,
  { port, path, connections, seconds, script = "" }: WrkLoad,
): Promise<WrkResult> {
  const file = join(directory, "load.lua");
  await Deno.writeTextFile(file, script + REPORT);
  const target = `http://127.0.0.1:${port}${path}`;
  const options = ["-t1", `-c${connections}`, `-d${seconds}`, "--timeout", "10", "-s", file];
  const output = await processes.run(["wrk", ...options, target], seconds * 1e3 + GRACE_MS);
  const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(output);
  if (found === null) throw new Error(`wrk gave no result for ${target}`);
  const [requests, durationUs, p50Us, p99Us, p999Us, maxUs, errors] = found.slice(1).map(Number);
  return {
    requests: requests!,
    seconds: durationUs! / 1e6,
    p50Ms: p50Us! / 1e3,
    p99Ms: p99Us! / 1e3,
    p999Ms: p999Us! / 1e3,
    longestMs: maxUs! / 1e3,
    errors: errors!,
  };
}
