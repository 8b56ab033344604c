// Compares the proxy with nginx, HAProxy and Caddy: the same upstreams, in turn, round by round.
// Everything is on loopback and limited in time. It prints figures and asserts nothing, because
// figures depend on the machine.
import { join } from "node:path";
import { type Arguments, type Choices, parseArguments, usage } from "./proxy/arguments.ts";
import type { Bench } from "./proxy/bench.ts";
import { SETTINGS } from "./proxy/configurations.ts";
import type { PartResult } from "./proxy/figures.ts";
import { toRows } from "./proxy/json_rows.ts";
import { loadBetween, type MachineLoad, readCounters } from "./proxy/machine_load.ts";
import { PARTS } from "./proxy/parts.ts";
import { PROXY_PORTS, UPSTREAMS } from "./proxy/ports.ts";
import { openProcesses, type Processes } from "./proxy/processes.ts";
import {
  BESIDE_SCRIPT,
  openBeside,
  openUpstreams,
  PROXIES,
  type Proxy,
  UPSTREAM_TOOL,
} from "./proxy/proxies.ts";
import { warmUp } from "./proxy/run_loads.ts";
import { renderMarkdown, renderPart } from "./proxy/table.ts";
import { readVersions, type Tool } from "./proxy/tools.ts";

const CHOICES: Choices = { parts: defaultsOf(PARTS), proxies: defaultsOf(PROXIES) };

async function main(args: readonly string[]): Promise<number> {
  let parsed: Arguments;
  try {
    parsed = parseArguments(args, CHOICES);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    complain(`${error.message}\n${usage(CHOICES)}`);
    return 2;
  }
  const versions = await readVersions(toolsOf(parsed));
  const missing = [...versions].flatMap(([{ debianPackage }, version]) =>
    version === undefined ? [debianPackage] : []
  );
  if (missing.length > 0) {
    complain(`This measure needs other programs. Install: apt-get install ${missing.join(" ")}`);
    return 1;
  }
  if (parsed.beside !== undefined && !await exists(join(parsed.beside, BESIDE_SCRIPT))) {
    complain(`"${parsed.beside}" is no checkout of ddsrv: it has no ${BESIDE_SCRIPT}`);
    return 2;
  }
  const taken = firstTakenPort();
  if (taken !== undefined) {
    complain(`Port ${taken} is taken. Is another measure under way?`);
    return 1;
  }
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-bench-" });
  const processes = openProcesses();
  let cleaned: Promise<void> | undefined;
  const cleanUp = (): Promise<void> => cleaned ??= removeAll(processes, directory);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void cleanUp().then(() => Deno.exit(130)));
  }
  try {
    const names = [...versions].map(([{ program }, version]) => `${program} ${version}`);
    await measure(parsed, { directory, processes }, [...names, `Deno ${Deno.version.deno}`]);
    return 0;
  } finally {
    await cleanUp();
  }
}

async function measure(
  parsed: Arguments,
  place: Pick<Bench, "directory" | "processes">,
  versions: readonly string[],
): Promise<void> {
  const { rounds, format } = parsed;
  if (format !== "json") say(explanation(rounds, versions));
  const withBeside = { ...place, beside: parsed.beside };
  await openUpstreams(withBeside);
  const proxies: Proxy[] = [];
  for (const name of parsed.proxies) proxies.push(await PROXIES[name]!.open(withBeside));
  if (parsed.beside !== undefined) proxies.push(await openBeside(withBeside));
  const bench: Bench = { ...place, ...parsed, proxies };
  await warmUp(bench);
  const results: PartResult[] = [];
  for (const name of parsed.parts) {
    const before = readCounters();
    const beganMs = performance.now();
    const result = await PARTS[name]!.run(bench);
    const seconds = (performance.now() - beganMs) / 1e3;
    const load = loadBetween([before, readCounters()], { pid: Deno.pid, seconds });
    results.push(result);
    if (format === "json") continue;
    const table = format === "text" ? renderPart(result) : renderMarkdown(result);
    say(`${table}\n\n${renderLoad(load, seconds)}\n`);
  }
  if (format !== "json") return;
  const cores = navigator.hardwareConcurrency;
  say(JSON.stringify({ cores, versions, rounds, rows: toRows(results) }, null, 2));
}

function renderLoad({ others, stolen }: MachineLoad, seconds: number): string {
  return `${seconds.toFixed(0)} s; in the mean, other programs used ${others.toFixed(2)} cores, ` +
    `other virtual machines ${stolen.toFixed(2)}`;
}

function explanation(rounds: number, versions: readonly string[]): string {
  return `Rounds: ${rounds}. Figures are medians of the rounds; in brackets are the medians of the
rounds' ratios to nginx.
${versions.join(", ")}. Clients, proxies and upstreams share ${navigator.hardwareConcurrency} cores.
A busy client sends its next request after its last answer, so a client that waits sends less, and
percentiles of answers show fewer of its waits (coordinated omission). The longest wait, which counts
requests without an answer, and most : fewest answers of a connection show them. New clients and
events come at fixed times.
${SETTINGS}
`;
}

async function removeAll(processes: Processes, directory: string): Promise<void> {
  await processes[Symbol.asyncDispose]();
  await Deno.remove(directory, { recursive: true });
}

function firstTakenPort(): number | undefined {
  for (const port of [...Object.values(UPSTREAMS), ...Object.values(PROXY_PORTS)]) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return port;
      throw error;
    }
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function toolsOf({ parts, proxies }: Arguments): ReadonlySet<Tool> {
  const needs = [...proxies.map((name) => PROXIES[name]!), ...parts.map((name) => PARTS[name]!)];
  return new Set([UPSTREAM_TOOL, ...needs.flatMap((one) => one.needs ?? [])]);
}

function defaultsOf(
  all: Readonly<Record<string, { readonly isDefault: boolean }>>,
): Record<string, boolean> {
  return Object.fromEntries(Object.entries(all).map(([name, { isDefault }]) => [name, isDefault]));
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function complain(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

Deno.exit(await main(Deno.args));
