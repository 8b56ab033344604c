import type { Bench } from "./bench.ts";
import { type Figure, renderFigures, renderTargets, type Target } from "./figures.ts";
import { type Load, type LoadSample, measureLoad, renderErrors } from "./load.ts";
import { DIRECT, type Subject } from "./subjects.ts";

/** A measurement under load: the load, the figures to read, and the targets. */
export interface LoadScenario {
  readonly title: string;
  readonly load: Load;
  readonly figures: readonly Figure<LoadSample>[];
  readonly targets: readonly Target[];
}

const BODY_BYTES = 10_000_000;

const CPU = "CPU µs/request";
const RATE = "requests/s";
const P99 = "p99 µs";
const CPU_BY_BYTES = "CPU s/GB";
const THROUGHPUT = "MB/s";

/** Figures for requests with small bodies. */
export const REQUEST_FIGURES: readonly Figure<LoadSample>[] = [
  { name: CPU, digits: 1, of: (one) => one.cpuSeconds * 1e6 / one.requests },
  { name: RATE, digits: 0, of: (one) => one.requests / one.seconds },
  { name: P99, digits: 0, of: (one) => one.p99Us },
];

const REQUEST_TARGETS: readonly Target[] = [
  { figure: CPU, base: "nginx", bound: "at most", limit: 1.4 },
  { figure: CPU, base: "Deno.serve + fetch", bound: "at most", limit: 0.29 },
  { figure: RATE, base: "nginx", bound: "at least", limit: 0.7 },
  { figure: P99, base: "nginx", bound: "at most", limit: 2 },
];

const BODY_TARGETS: readonly Target[] = [
  { figure: THROUGHPUT, base: "nginx", bound: "at least", limit: 1 },
];

/** Scenarios that consist of load only. */
export const LOAD_SCENARIOS = {
  small: {
    title: "small: keep-alive requests, an answer of 11 bytes, 64 connections",
    load: { client: "wrk", route: "origin", path: "/", connections: 64 },
    figures: REQUEST_FIGURES,
    targets: REQUEST_TARGETS,
  },
  many: {
    title: "many: the same with 512 connections",
    load: { client: "wrk", route: "origin", path: "/", connections: 512 },
    figures: REQUEST_FIGURES,
    targets: REQUEST_TARGETS,
  },
  connect: {
    title:
      "connect: a new connection for each request, 64 at a time; upstream connections are kept",
    load: {
      client: "wrk",
      route: "origin",
      path: "/",
      connections: 64,
      script: `wrk.headers["Connection"] = "close"`,
    },
    figures: REQUEST_FIGURES,
    targets: REQUEST_TARGETS.filter(({ base }) => base === "nginx"),
  },
  download: {
    title: "download: answers of 10 MB, 4 connections",
    load: { client: "download", route: "origin", path: "/10mb", connections: 4 },
    figures: bodyFigures((one) => one.bytes),
    targets: BODY_TARGETS,
  },
  upload: {
    title: "upload: requests of 10 MB, 4 connections",
    load: {
      client: "wrk",
      route: "sink",
      path: "/",
      connections: 4,
      script: `wrk.method = "POST" wrk.body = string.rep("x", ${BODY_BYTES})`,
    },
    figures: bodyFigures((one) => one.requests * BODY_BYTES),
    targets: BODY_TARGETS,
  },
} as const satisfies Record<string, LoadScenario>;

/** Runs a scenario against all proxies and prints its figures. */
export async function runLoadScenario(
  bench: Bench,
  scenario: LoadScenario,
  subjects: readonly Subject[],
): Promise<void> {
  const { title, load, figures, targets } = scenario;
  const samples = await measureLoad(bench, [...subjects, DIRECT], load);
  bench.say(title);
  bench.say(renderFigures(samples, figures, "nginx"));
  bench.say(renderErrors(samples) + renderTargets(samples, figures, targets));
}

function bodyFigures(bytesOf: (one: LoadSample) => number): Figure<LoadSample>[] {
  return [
    { name: THROUGHPUT, digits: 0, of: (one) => bytesOf(one) / one.seconds / 1e6 },
    { name: CPU_BY_BYTES, digits: 3, of: (one) => one.cpuSeconds / (bytesOf(one) / 1e9) },
  ];
}
