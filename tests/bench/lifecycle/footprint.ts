import {
  answering,
  eventually,
  pause,
  type Server,
  startServer,
} from "../../e2e/support/harness.ts";
import { childrenTimeMs, processorTimeMs } from "./processor_time.ts";
import { median, row, title } from "./table.ts";

/** Duration of the measurement of processor time: two scans of all folders. */
const WINDOW_MS = 60_000;

/** After a start, V8 and the C library need this time to return memory. */
const SETTLE_MS = 60_000;

/** Number of edits of one measurement, and the time for the work that each causes. */
const EDITS = 7;
const EDIT_MS = 1_500;

/** Measures memory and processor time of a supervisor with many functions and no requests. */
export async function measureFootprint(count: number, flags: readonly string[]): Promise<void> {
  await using empty = await startServer({ isParking: true });
  const base = await readMemory(empty.pid);
  await using server = await startMany(count, flags);
  await pause(SETTLE_MS);
  const figures = await measureSteady(server, WINDOW_MS);
  title(`A supervisor with ${count} functions (${flags.join(" ")}) and no requests`);
  row("memory, resident", mebibytes(await readMemory(server.pid)), `${mebibytes(base)} with none`);
  row("processor", percent(figures.own), `of a core, and ${percent(figures.children)} in commands`);
}

/**
 * Measures the supervisor's processor time for one edit of one function among many idle ones, from
 * the write until the new code is known, without what it needs anyway. With `--no-check`, no check
 * is part of it, and nothing starts.
 */
export async function measureEventCost(counts: readonly number[]): Promise<void> {
  title("Processor time of the supervisor for one edit, in milliseconds");
  for (const count of counts) {
    await using server = await startMany(count, ["--idle", "1h", "--no-check"]);
    await pause(SETTLE_MS / 2);
    const { own } = await measureSteady(server, WINDOW_MS / 4);
    const costs: number[] = [];
    for (let edit = 0; edit < EDITS; edit++) {
      const name = `f${edit * 7 % count}`;
      const [startedMs, beforeMs] = [performance.now(), processorTimeMs(server.pid)];
      const from = server.output().length;
      await server.write({ [`${name}/index.ts`]: answering(`${name} ${edit}`) });
      await server.said(`${name} idle until`, from);
      await pause(Math.max(0, EDIT_MS - (performance.now() - startedMs)));
      const spentMs = processorTimeMs(server.pid) - beforeMs;
      costs.push(spentMs - own * (performance.now() - startedMs));
    }
    row(`among ${count}`, median(costs).toFixed(0), `at most ${Math.max(...costs).toFixed(0)}`);
  }
}

async function startMany(count: number, flags: readonly string[]): Promise<Server> {
  const names = Array.from({ length: count }, (_, index) => `f${index}`);
  const files = Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)]));
  const server = await startServer({ isParking: true, flags, files });
  const word = flags.includes("--idle") ? "idle until" : "ready at";
  await eventually("all are there", () => server.output().split(word).length > count);
  return server;
}

/** Returns shares of a core: of the supervisor, and of the commands that it ran. */
async function measureSteady(
  { pid }: Server,
  windowMs: number,
): Promise<{ readonly own: number; readonly children: number }> {
  const startedMs = performance.now();
  const before = [processorTimeMs(pid), await childrenTimeMs(pid)] as const;
  await pause(windowMs);
  const after = [processorTimeMs(pid), await childrenTimeMs(pid)] as const;
  const tookMs = performance.now() - startedMs;
  return { own: (after[0] - before[0]) / tookMs, children: (after[1] - before[1]) / tookMs };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

async function readMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}
