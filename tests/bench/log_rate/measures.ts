// One supervisor for each limit. In turn, so that load on the machine affects all of them, each one's
// function floods its log while four clients ask its neighbour.
import { join } from "node:path";
import { answering, makeDirectory, pause, startServer } from "../../e2e/support/harness.ts";
import { median } from "../lifecycle/table.ts";

const [FLOOD_RATE = "30000", ...GIVEN] = Deno.args;
const LIMITS = GIVEN.length > 0 ? GIVEN : ["2000", "5000", "10000", "20000", "none"];

const ROUNDS = 3;
const SECONDS = 1.5;
const CLIENTS = 4;
const PAUSE_MS = 2;

/** `/N` logs N lines a second of 100 characters from then on. */
const FLOOD = `
  const bytes = new TextEncoder().encode(("x".repeat(99) + "\\n").repeat(100));
  let rate = 0;
  let sent = 0;
  (async () => {
    for (let fromMs = performance.now(), before = 0;; await new Promise((next) => setTimeout(next, 1))) {
      if (rate !== before) { before = rate; fromMs = performance.now(); sent = 0; }
      const due = Math.min(rate * (performance.now() - fromMs) / 1000, sent + 5000);
      for (; sent < due; sent += 100) Deno.stdout.writeSync(bytes);
    }
  })();
  Deno.serve((request) => {
    rate = Number(new URL(request.url).pathname.slice(1));
    return new Response("ok");
  });
`;

interface Figures {
  readonly p99Ms: number;
  /** Share of a core that the supervisor uses. */
  readonly cpu: number;
  readonly lines: number;
}

async function cpuMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function writtenBytes(logs: string): Promise<number> {
  let sum = 0;
  for (const { name } of Deno.readDirSync(logs)) {
    if (name.startsWith("flood.log")) sum += (await Deno.stat(join(logs, name))).size;
  }
  return sum;
}

interface Subject {
  readonly url: string;
  readonly pid: number;
  readonly logs: string;
}

async function measure({ url, pid, logs }: Subject, rate: number): Promise<Figures> {
  await (await fetch(`${url}/flood/${rate}`)).text();
  // The first second of a flood is not limited.
  if (rate > 0) await pause(1_200);
  const times: number[] = [];
  const [beforeMs, beforeBytes] = [await cpuMs(pid), await writtenBytes(logs)];
  const endMs = performance.now() + SECONDS * 1_000;
  const client = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const startedMs = performance.now();
      await (await fetch(`${url}/fine`)).text();
      times.push(performance.now() - startedMs);
      await pause(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  times.sort((a, b) => a - b);
  const figures = {
    p99Ms: times[Math.floor(times.length * 0.99)]!,
    cpu: (await cpuMs(pid) - beforeMs) / (SECONDS * 1_000),
    lines: (await writtenBytes(logs) - beforeBytes) / 134 / SECONDS,
  };
  await (await fetch(`${url}/flood/0`)).text();
  return figures;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const directory = await makeDirectory();
try {
  await using stack = new AsyncDisposableStack();
  const subjects: Record<string, Subject> = {};
  for (const limit of LIMITS) {
    const server = stack.use(
      await startServer({
        directory: join(directory, limit),
        flags: ["--quiet", "--log-max-size", "1GiB", "--log-rate", limit],
        files: { "fine/index.ts": answering("fine"), "flood/index.ts": FLOOD },
      }),
    );
    await server.answers("/fine", "fine");
    subjects[limit] = { url: server.url, pid: server.pid, logs: server.logs };
  }
  const rate = Number(FLOOD_RATE);
  say(
    `${FLOOD_RATE} lines a second, p99 of a neighbour`.padEnd(48) +
      "  calm   flood   ratio   CPU  lines/s",
  );
  const rounds = LIMITS.map(() => [] as (readonly [Figures, Figures])[]);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, limit] of LIMITS.entries()) {
      const pair = [await measure(subjects[limit]!, 0), await measure(subjects[limit]!, rate)];
      // The first round is a warm-up.
      if (round > 0) rounds[index]!.push(pair as [Figures, Figures]);
    }
  }
  for (const [index, limit] of LIMITS.entries()) {
    const own = rounds[index]!;
    const of = (pick: (pair: readonly [Figures, Figures]) => number): number =>
      median(own.map(pick));
    say(
      `  --log-rate ${limit}`.padEnd(48) +
        of(([calm]) => calm.p99Ms).toFixed(2).padStart(6) +
        of(([, wild]) => wild.p99Ms).toFixed(2).padStart(8) +
        of(([calm, wild]) => wild.p99Ms / calm.p99Ms).toFixed(2).padStart(8) +
        `${of(([, wild]) => 100 * wild.cpu).toFixed(0)}%`.padStart(6) +
        of(([, wild]) => wild.lines).toFixed(0).padStart(9),
    );
  }
} finally {
  await Deno.remove(directory, { recursive: true });
}
