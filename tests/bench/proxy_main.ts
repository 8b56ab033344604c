// Compares the proxy with nginx, HAProxy and Caddy: the same upstreams, in turn, round by round.
// Everything is on loopback and limited in time. It prints figures and asserts nothing, because
// figures depend on the machine.
import { type Arguments, type Choices, parseArguments, usage } from "./proxy/arguments.ts";
import type { Bench } from "./proxy/bench.ts";
import { SETTINGS } from "./proxy/configurations.ts";
import type { PartResult } from "./proxy/figures.ts";
import { toDocument } from "./proxy/json_document.ts";
import { PARTS } from "./proxy/parts.ts";
import { PROXY_PORTS, UPSTREAMS } from "./proxy/ports.ts";
import { openProcesses, type Processes } from "./proxy/processes.ts";
import { openBeside, openUpstreams, PROXIES, type Proxy, UPSTREAM_NEEDS } from "./proxy/proxies.ts";
import { warmUp } from "./proxy/run_loads.ts";
import { renderPart } from "./proxy/table.ts";

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
  const missing = await missingPackages(parsed);
  if (missing.length > 0) {
    complain(`This measure needs other programs. Install: apt-get install ${missing.join(" ")}`);
    return 1;
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
    await measure(parsed, { directory, processes });
    return 0;
  } finally {
    await cleanUp();
  }
}

async function measure(
  parsed: Arguments,
  place: Pick<Bench, "directory" | "processes">,
): Promise<void> {
  const report = parsed.isJson ? () => {} : say;
  report(explanation(parsed));
  const withBeside = { ...place, beside: parsed.beside };
  await openUpstreams(withBeside);
  const proxies: Proxy[] = [];
  for (const name of parsed.proxies) proxies.push(await PROXIES[name]!.open(withBeside));
  if (parsed.beside !== undefined) proxies.push(await openBeside(withBeside));
  const bench: Bench = { ...place, ...parsed, proxies };
  await warmUp(bench);
  const results: PartResult[] = [];
  for (const name of parsed.parts) {
    const beganMs = performance.now();
    const result = await PARTS[name]!.run(bench);
    results.push(result);
    const seconds = Math.round((performance.now() - beganMs) / 1e3);
    report(`${renderPart(result)}\n(${seconds} s)\n`);
  }
  if (parsed.isJson) say(JSON.stringify(toDocument(results), null, 2));
}

function explanation({ rounds }: Arguments): string {
  return `Medians of ${rounds} rounds; in brackets the medians of the rounds' ratios to nginx.
Clients, proxies and upstreams share ${navigator.hardwareConcurrency} cores.
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

async function missingPackages({ parts, proxies }: Arguments): Promise<string[]> {
  const needs = [
    ...UPSTREAM_NEEDS,
    ...proxies.flatMap((name) => PROXIES[name]!.needs === undefined ? [] : [PROXIES[name]!.needs]),
    ...parts.flatMap((name) => PARTS[name]!.needs === undefined ? [] : [PARTS[name]!.needs]),
  ];
  const missing = new Set<string>();
  for (const [program, name] of needs) {
    try {
      await new Deno.Command(program, { args: ["-v"], stdout: "null", stderr: "null" }).output();
    } catch {
      missing.add(name);
    }
  }
  return [...missing];
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
