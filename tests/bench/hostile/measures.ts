// A writer performs each operation in a function's folder and, for comparison, in a directory that
// is not served. The writer's own use of the machine is the same in both.
import { join } from "node:path";
import {
  answering,
  makeDirectory,
  pause,
  startServer,
  writeFiles,
} from "../../e2e/support/harness.ts";

const FILES = 300_000;
const SECONDS = 6;
const ROUNDS = 5;

/** Code that runs until it is killed, in the directory of its first argument. */
const acts: Readonly<Record<string, string>> = {
  [`one new file each 0.1 s beside ${FILES}`]: `
    for (let n = 0;; n++) {
      Deno.writeTextFileSync(directory + "/new" + n, "");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }`,
  "events without end": `
    for (let n = 0;; n++) Deno.writeTextFileSync(directory + "/event" + n % 100, "");`,
  "directories that come and go": `
    for (;;) { Deno.mkdirSync(directory + "/d"); Deno.removeSync(directory + "/d"); }`,
  "the entry's mode": `
    for (let n = 0;; n++) Deno.chmodSync(directory + "/index.ts", n % 2 ? 0o644 : 0o755);`,
};

interface Figures {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly memoryMiB: number;
  /** Share of a core that the supervisor uses. */
  readonly cpu: number;
}

async function cpuMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function residentMiB(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

/** Sends requests on a few connections, with pauses, for a fixed time. */
async function load(url: string, pid: number): Promise<Figures> {
  const times: number[] = [];
  const beforeMs = await cpuMs(pid);
  const endMs = performance.now() + SECONDS * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const startedMs = performance.now();
      await (await fetch(url)).text();
      times.push(performance.now() - startedMs);
      await pause(5);
    }
  };
  await Promise.all(Array.from({ length: 4 }, client));
  times.sort((a, b) => a - b);
  return {
    p99Ms: times[Math.floor(times.length * 0.99)]!,
    maxMs: times.at(-1)!,
    memoryMiB: await residentMiB(pid),
    cpu: (await cpuMs(pid) - beforeMs) / (SECONDS * 1000),
  };
}

async function during(
  act: string,
  directory: string,
  measure: () => Promise<Figures>,
): Promise<Figures> {
  const code = `const directory = ${JSON.stringify(directory)};${act}`;
  const writer = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await pause(500);
    return await measure();
  } finally {
    // A writer exits if its directory is replaced.
    try {
      writer.kill("SIGKILL");
    } catch { /* It has exited. */ }
    await writer.status;
  }
}

function fill(directory: string): void {
  for (let n = 0; n < FILES; n++) Deno.writeTextFileSync(join(directory, `f${n}`), "");
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const directory = await makeDirectory();
try {
  await writeFiles(join(directory, "elsewhere"), { "index.ts": answering("elsewhere") });
  await using server = await startServer({
    directory,
    flags: ["--no-check", "--no-logs"],
    files: { "fine/index.ts": answering("fine"), "hostile/index.ts": answering("hostile") },
  });
  await server.answers("/fine", "fine");
  const [hostile, elsewhere] = [join(server.functions, "hostile"), join(directory, "elsewhere")];
  fill(elsewhere);
  fill(hostile);
  say(
    `${"p99 and longest answer of a neighbour, in ms".padEnd(48)} elsewhere       hostile   ratio`,
  );
  for (const [name, act] of Object.entries(acts)) {
    const rounds: (readonly [Figures, Figures])[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const measure = (): Promise<Figures> => load(`${server.url}/fine`, server.pid);
      rounds.push([await during(act, elsewhere, measure), await during(act, hostile, measure)]);
    }
    const cells = [0, 1].map((side) => {
      const own = rounds.map((round) => round[side]!);
      const [p99, max] = [own.map((one) => one.p99Ms), own.map((one) => one.maxMs)].map(median);
      const cpu = median(own.map((one) => one.cpu));
      return `${(100 * cpu).toFixed(0).padStart(3)}% ${p99!.toFixed(1).padStart(6)} ${
        max!.toFixed(1).padStart(7)
      }`;
    });
    const ratio = median(rounds.map(([calm, wild]) => wild.p99Ms / calm.p99Ms));
    const memory = Math.max(...rounds.flat().map((one) => one.memoryMiB));
    say(
      `${name.padEnd(44)} ${cells.join(" ")} ${ratio.toFixed(2).padStart(7)}   ` +
        `(${memory.toFixed(0)} MiB)`,
    );
  }
} finally {
  await Deno.remove(directory, { recursive: true });
}
