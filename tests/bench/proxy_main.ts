// Compares the proxy with nginx, HAProxy and a proxy of Deno.serve with fetch: the same upstreams,
// in turn, round by round. Everything is on loopback and limited in time. It prints figures and
// asserts nothing, because figures depend on the machine.
import { type Arguments, parseArguments, usage } from "./proxy/arguments.ts";
import type { Bench } from "./proxy/bench.ts";
import { SETTINGS } from "./proxy/configurations.ts";
import { SUBJECTS, UPSTREAMS } from "./proxy/ports.ts";
import { openProcesses, type Processes } from "./proxy/processes.ts";
import { SCENARIOS } from "./proxy/scenarios.ts";
import { openSubjects, openUpstreams } from "./proxy/subjects.ts";

const TOOLS = [["wrk", "wrk"], ["nginx", "nginx-light"], ["haproxy", "haproxy"]] as const;

async function main(args: readonly string[]): Promise<number> {
  let parsed: Arguments;
  try {
    parsed = parseArguments(args, [...SCENARIOS.keys()]);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    complain(`${error.message}\n${usage(SCENARIOS.keys())}`);
    return 2;
  }
  const missing = await missingPackages();
  if (missing.length > 0) {
    complain(`This measure needs other proxies. Install: apt-get install ${missing.join(" ")}`);
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
    await measure({ directory, processes, say, ...parsed }, parsed.names);
    return 0;
  } finally {
    await cleanUp();
  }
}

async function measure(bench: Bench, names: readonly string[]): Promise<void> {
  say(`Medians of ${bench.rounds} rounds; ${bench.seconds} s under load a round and proxy;`);
  say("ratios are medians of the rounds' own.");
  say(`${SETTINGS}\n`);
  await openUpstreams(bench);
  const chosen = [...SCENARIOS].filter(([name]) => names.includes(name)).map(([, one]) => one);
  if (chosen.some(({ type }) => type === "shared")) {
    const subjects = await openSubjects(bench);
    for (const scenario of chosen) {
      if (scenario.type !== "shared") continue;
      await scenario.run(bench, subjects);
      say("");
    }
    const children = subjects.flatMap((subject) => subject.children);
    await Promise.all(children.map(bench.processes.stop));
  }
  for (const scenario of chosen) {
    if (scenario.type !== "own") continue;
    await scenario.run(bench);
    say("");
  }
}

async function removeAll(processes: Processes, directory: string): Promise<void> {
  await processes[Symbol.asyncDispose]();
  await Deno.remove(directory, { recursive: true });
}

function firstTakenPort(): number | undefined {
  for (const port of [...Object.values(UPSTREAMS), ...Object.values(SUBJECTS)]) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return port;
      throw error;
    }
  }
  return undefined;
}

async function missingPackages(): Promise<string[]> {
  const missing: string[] = [];
  for (const [program, name] of TOOLS) {
    try {
      await new Deno.Command(program, { args: ["-v"], stdout: "null", stderr: "null" }).output();
    } catch {
      missing.push(name);
    }
  }
  return missing;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function complain(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

Deno.exit(await main(Deno.args));
