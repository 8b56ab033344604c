import { cp } from "node:fs/promises";
import { join } from "node:path";
import {
  cacheDirectory,
  makeDirectory,
  pause,
  type Server,
  startServer,
} from "../../e2e/support/harness.ts";
import { APPLICATIONS, hasApplications, preparedDirectory } from "./applications.ts";
import { type Figure, median, quantile, type Row } from "./figure.ts";
import { IDENTIFIED } from "./fresh.ts";

const HEAVY = 20;
const LIGHT = 80;
const WAKES_PER_SECOND = 10;
const DURATION_MS = 60_000;

/** The proxy load: connections that each send a request after the last one's answer and a pause. */
const CONNECTIONS = 4;
const LOAD_PAUSE_MS = 10;

/** An answer, or the loss of one, of an instance that was new. */
interface Wake {
  readonly isHeavy: boolean;
  readonly ms: number;
}

/** Measures wakes of random functions, heavy and light, while a proxy load runs. */
export async function measureMixed(): Promise<Row[]> {
  const what = `${HEAVY} heavy and ${LIGHT} light functions`;
  if (!await hasApplications(preparedDirectory())) {
    return [{ what, skipped: "the packages of the heavy ones can't be fetched" }];
  }
  const directory = await makeDirectory();
  try {
    return await measureIn(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function measureIn(directory: string): Promise<Figure[]> {
  const functions = join(directory, "functions");
  const heavy = Array.from({ length: HEAVY }, (_, index) => `heavy${index}`);
  const light = Array.from({ length: LIGHT }, (_, index) => `light${index}`);
  for (const name of heavy) {
    const target = cacheDirectory(functions, name);
    await cp(join(preparedDirectory(), "npm/express"), target, { recursive: true });
  }
  await using server = await startServer({
    isParking: true,
    directory,
    flags: ["--idle", "1s"],
    files: {
      ...Object.fromEntries(heavy.map((name) => [`${name}/index.ts`, HEAVY_CODE])),
      ...Object.fromEntries(light.map((name) => [`${name}/index.ts`, IDENTIFIED])),
      "steady/index.ts": IDENTIFIED,
    },
  });
  for (const name of [...heavy, ...light]) await server.said(`${name} idle until`);
  return await measure(server, { heavy, light });
}

/** Express, and an answer that tells instances apart. */
const HEAVY_CODE = "const id = crypto.randomUUID();\n" +
  APPLICATIONS[0]!.code.replace('send("express")', "send(id)");

async function measure(
  server: Server,
  { heavy, light }: { readonly heavy: readonly string[]; readonly light: readonly string[] },
): Promise<Figure[]> {
  const over = AbortSignal.timeout(DURATION_MS);
  const load = Promise.all(
    Array.from({ length: CONNECTIONS }, () => sendLoad(server, over)),
  );
  const wakes: Wake[] = [];
  const pending: Promise<void>[] = [];
  const seen = new Map<string, string>();
  const lost: string[] = [];
  let sent = 0;
  const names = [...heavy, ...light];

  async function ask(name: string): Promise<void> {
    sent++;
    const beganMs = performance.now();
    const answer = await answerOf(server, name);
    // An instance that has answered before was not woken by this request.
    if (answer.lost !== undefined) {
      lost.push(answer.lost);
    } else if (seen.get(name) !== answer.text) {
      seen.set(name, answer.text);
      wakes.push({ isHeavy: name.startsWith("heavy"), ms: performance.now() - beganMs });
    }
  }

  while (!over.aborted) {
    pending.push(ask(names[Math.floor(Math.random() * names.length)]!));
    await pause(1_000 / WAKES_PER_SECOND);
  }
  await Promise.all(pending);
  const loads = (await load).flat();
  return [
    ...describe("all wakes", wakes, "p99 at most 3 times p50"),
    ...describe("wakes of light functions", wakes.filter(({ isHeavy }) => !isHeavy)),
    ...describe("wakes of heavy functions (Express)", wakes.filter(({ isHeavy }) => isHeavy)),
    describeLost("mixed load: lost", { lost, sent }),
    describeLost("proxy load beside it: lost", {
      lost: loads.flatMap((one) => one.lost ?? []),
      sent: loads.length,
    }),
    {
      what: "proxy load beside it, p99",
      unit: "ms",
      value: quantile(loads.filter((one) => one.lost === undefined).map(({ ms }) => ms), 0.99),
    },
  ];
}

function describe(what: string, wakes: readonly Wake[], target?: string): Figure[] {
  const values = wakes.map(({ ms }) => ms);
  const [p50, p99] = [median(values), quantile(values, 0.99)];
  return [
    { what: `mixed load: ${what}, p50`, unit: "ms", value: p50, note: `${values.length} wakes` },
    {
      what: `mixed load: ${what}, p99`,
      unit: "ms",
      value: p99,
      ...(target === undefined ? {} : { target }),
      note: `${(p99 / p50).toFixed(1)} times p50`,
    },
  ];
}

function describeLost(
  what: string,
  { lost, sent }: { readonly lost: readonly string[]; readonly sent: number },
): Figure {
  const reasons = Map.groupBy(lost, (reason) => reason);
  const note = [`of ${sent}`, ...[...reasons].map(([reason, { length }]) => `${length} ${reason}`)];
  return { what, unit: "requests", value: lost.length, target: "0", note: note.join("; ") };
}

/** Sends requests until the signal; returns what became of each. */
async function sendLoad(
  server: Server,
  over: AbortSignal,
): Promise<(Answer & { readonly ms: number })[]> {
  const answers: (Answer & { readonly ms: number })[] = [];
  while (!over.aborted) {
    const beganMs = performance.now();
    const answer = await answerOf(server, "steady");
    answers.push({ ...answer, ms: performance.now() - beganMs });
    await pause(LOAD_PAUSE_MS);
  }
  return answers;
}

/** A function's answer, or the reason why the request was lost. */
interface Answer {
  readonly text: string;
  readonly lost?: string;
}

async function answerOf(server: Server, name: string): Promise<Answer> {
  try {
    const response = await fetch(`${server.url}/${name}`);
    const text = await response.text();
    return response.ok ? { text } : { text, lost: `with status ${response.status}` };
  } catch (error) {
    return { text: "", lost: (error as Error).name };
  }
}
