import { answering, eventually, pause, startServer } from "../../e2e/support/harness.ts";
import { row, title } from "./table.ts";

/** Duration of the measurement of CPU time. */
const WINDOW_MS = 20_000;

/** Measures memory and CPU time of a supervisor with many functions and no requests. */
export async function measureFootprint(count: number, flags: readonly string[]): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `f${index}`);
  const files = Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)]));
  await using empty = await startServer();
  const base = await readMemory(empty.pid);
  await using server = await startServer({ flags, files });
  const word = flags.includes("--idle") ? "idle until" : "ready at";
  await eventually("all are there", () => server.output().split(word).length > count);
  // Wait for the end of work that the start has left.
  await pause(5_000);
  const before = await readTicks(server.pid);
  await pause(WINDOW_MS);
  const share = (await readTicks(server.pid) - before) * 10 / WINDOW_MS;
  title(`A supervisor with ${count} functions (${flags.join(" ")}) and no requests`);
  row("memory, resident", mebibytes(await readMemory(server.pid)), `${mebibytes(base)} with none`);
  row("processor", `${(share * 100).toFixed(2)} %`, "of a core");
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
}

async function readMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/**
 * Returns user and system time in hundredths of a second. Source: proc_pid_stat(5), fields 14, 15.
 */
async function readTicks(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
