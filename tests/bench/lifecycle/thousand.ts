import { connectControl, type ControlClient } from "../../../lib/control/control_client.ts";
import { answering, runCli, startServer } from "../../e2e/support/harness.ts";
import { median, row, timed, title } from "./table.ts";

const MIB = 1024 ** 2;
const LOOKS = 15;
const COMMANDS = 5;
const RELOADS = 10;

/** Time limit for all functions to be ready. */
const READY_MS = 600_000;

/** Measures `count` hello-world functions that run at once, beside ten. */
export async function measureThousand(count = 1_000): Promise<void> {
  title(`${count} hello-world functions that run at once`);
  const few = await measureRunning(10);
  const many = await measureRunning(count);
  const { own } = many;
  row("until all are ready", `${(many.readyMs / 1000).toFixed(1)} s`, perFunction(many.readyMs));
  row(
    "memory of its own, median",
    mebibytes(median(own)),
    `at most ${mebibytes(Math.max(...own))}`,
  );
  row("memory that the host lost", mebibytes(many.lostBytes / count), "for each function");
  row("memory of the supervisor, resident", mebibytes(many.supervisorBytes));
  row("open files of the supervisor", String(many.files), `${few.files} with ten`);
  row("control request for the list", `${many.listMs.toFixed(0)} ms`, withTen(few.listMs));
  row("ddsrv ls", `${many.lsMs.toFixed(0)} ms`, withTen(few.lsMs));
  row("reload of one function", `${many.reloadMs.toFixed(0)} ms`, withTen(few.reloadMs));
  row("first request to each, in turn", `${many.askMs.toFixed(1)} ms`, `${many.lost} lost`);
  row("until all have stopped", `${(many.stopMs / 1000).toFixed(1)} s`, perFunction(many.stopMs));

  function perFunction(ms: number): string {
    return `${(ms / count).toFixed(0)} ms each`;
  }
}

interface Running {
  readonly readyMs: number;
  readonly stopMs: number;
  readonly own: readonly number[];
  readonly lostBytes: number;
  readonly supervisorBytes: number;
  readonly files: number;
  readonly listMs: number;
  readonly lsMs: number;
  readonly reloadMs: number;
  /** Mean time of a request to each function in turn. */
  readonly askMs: number;
  /** Number of these requests that did not get the function's answer. */
  readonly lost: number;
}

async function measureRunning(count: number): Promise<Running> {
  const names = Array.from({ length: count }, (_, index) => `f${index}`);
  const files = Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)]));
  const before = await readKibibytes("/proc/meminfo", "MemAvailable");
  const [readyMs, server] = await timed(async () => {
    const started = await startServer({ isParking: true, files, flags: ["--no-check"] });
    try {
      const late = performance.now() + READY_MS;
      while (started.output().split(" ready at ").length <= count) {
        if (performance.now() > late) throw new Error(`Not all are ready:\n${started.output()}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
    return started;
  });
  let figures: Omit<Running, "readyMs" | "stopMs">;
  try {
    const after = await readKibibytes("/proc/meminfo", "MemAvailable");
    using control = connectControl(server.socket);
    const env = { DDSRV_SOCKET: server.socket };
    const listMs = await medianOf(LOOKS, () => control.functions());
    const reports = await control.functions();
    const [askedMs, lost] = await timed(() => askEach(server.url, names));
    figures = {
      askMs: askedMs / count,
      lost,
      own: reports.map(({ ownMemoryBytes }) => ownMemoryBytes ?? 0),
      lostBytes: before - after,
      supervisorBytes: await readKibibytes(`/proc/${server.pid}/status`, "VmRSS"),
      files: (await Array.fromAsync(Deno.readDir(`/proc/${server.pid}/fd`))).length,
      listMs,
      lsMs: await medianOf(COMMANDS, () => runCli(["ls"], env)),
      reloadMs: await medianOf(RELOADS, (round) => reload(control, `f${round % count}`)),
    };
  } finally {
    server.signal("SIGTERM");
  }
  const [stopMs] = await timed(() => server[Symbol.asyncDispose]() as Promise<void>);
  return { readyMs, stopMs, ...figures };
}

/** Requests each function once, and returns how many did not answer. */
async function askEach(url: string, names: readonly string[]): Promise<number> {
  let lost = 0;
  for (const name of names) {
    const response = await fetch(`${url}/${name}`);
    if (await response.text() !== name) lost++;
  }
  return lost;
}

async function reload(control: ControlClient, name: string): Promise<void> {
  await control.reload(name);
  const report = await control.find(name, { until: "settled", timeoutMs: READY_MS });
  if (report?.status !== "ready") throw new Error(`${name} is ${report?.status}`);
}

async function medianOf(
  rounds: number,
  task: (round: number) => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [ms] = await timed(() => task(round));
    times.push(ms);
  }
  return median(times);
}

async function readKibibytes(path: string, field: string): Promise<number> {
  const text = await Deno.readTextFile(path);
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)![1]) * 1024;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function withTen(ms: number): string {
  return `${ms.toFixed(0)} ms with ten`;
}
