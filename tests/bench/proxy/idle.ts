import type { Bench } from "./bench.ts";
import { type Figure, median, renderFigures, renderTarget } from "./figures.ts";
import { measureLoad } from "./load.ts";
import { LOAD_SCENARIOS } from "./load_scenarios.ts";
import { residentKb } from "./processes.ts";
import { openDdsrv, openNginx, type Subject } from "./subjects.ts";

/** Memory of one process. */
interface IdleSample {
  readonly beforeKb: number;
  readonly afterKb: number;
}

const CONNECTIONS = 10_000;
/** Number of connections that are opened in parallel. */
const AT_ONCE = 100;
/** Pause before a process's memory is read. */
const SETTLE_MS = 2_000;
/** A process allocates its memory in the first round; further rounds give the same figure. */
const MAX_ROUNDS = 3;
const LIMIT_KB = 20;

const FIGURES: readonly Figure<IdleSample>[] = [
  { name: "MB before", digits: 1, of: (one) => one.beforeKb / 1024 },
  { name: "MB with all", digits: 1, of: (one) => one.afterKb / 1024 },
  { name: "KB/connection", digits: 2, of: kbByConnection },
];

/** Measures the memory of idle connections: each has made one request, and waits for the next. */
export async function runIdle(bench: Bench): Promise<void> {
  const samples = new Map<string, IdleSample[]>([["nginx", []], ["ddsrv", []]]);
  const rounds = Math.min(bench.rounds, MAX_ROUNDS);
  for (let round = 0; round < rounds; round++) {
    for (const open of [openNginx, openDdsrv]) {
      const subject = await open(bench);
      try {
        samples.get(subject.name)!.push(await measureIdle(bench, subject));
      } finally {
        for (const child of subject.children) await bench.processes.stop(child);
      }
    }
  }
  bench.say(`idle: ${CONNECTIONS} keep-alive connections after a request each, new processes`);
  bench.say(renderFigures(samples, FIGURES, "nginx"));
  const value = median(samples.get("ddsrv")!.map(kbByConnection));
  const target = { value, bound: "at most", limit: LIMIT_KB } as const;
  bench.say(renderTarget("KB/connection, ddsrv", target));
}

function kbByConnection({ beforeKb, afterKb }: IdleSample): number {
  return (afterKb - beforeKb) / CONNECTIONS;
}

async function measureIdle(bench: Bench, subject: Subject): Promise<IdleSample> {
  // Warm up first: memory that a process needs anyway is not a cost of connections.
  await measureLoad({ ...bench, rounds: 0, seconds: 2 }, [subject], LOAD_SCENARIOS.small.load);
  await settled();
  const [pid] = subject.pids;
  const beforeKb = await residentKb(pid!);
  const descriptors = await countDescriptors(pid!);
  const connections: Deno.Conn[] = [];
  try {
    const url = new URL(subject.url("origin", "/"));
    while (connections.length < CONNECTIONS) {
      const opened = Array.from({ length: AT_ONCE }, () => openIdle(url, connections));
      await Promise.all(opened);
    }
    await settled();
    const open = await countDescriptors(pid!) - descriptors;
    if (open < CONNECTIONS) throw new Error(`${subject.name} holds ${open} connections only`);
    return { beforeKb, afterKb: await residentKb(pid!) };
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function openIdle({ hostname, port, host, pathname }: URL, into: Deno.Conn[]): Promise<void> {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  into.push(connection);
  const request = `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(1024);
  for (let text = ""; !text.endsWith("hello world");) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`The server at ${host} closed a connection`);
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

async function countDescriptors(pid: number): Promise<number> {
  let count = 0;
  for await (const _ of Deno.readDir(`/proc/${pid}/fd`)) count++;
  return count;
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
