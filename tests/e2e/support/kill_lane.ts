// Kills a server repeatedly, each time at another moment, on its own pretend host, and checks for
// leftovers. The lanes share all rounds: with n lanes, each takes every n-th round.
// Arguments: the number of this lane, and the number of lanes.
import { join } from "node:path";
import { eventually, within } from "../../patience.ts";
import { makeDirectory } from "./harness.ts";
import { setAside } from "./kill_phases.ts";
import { enter, type Kill, NEVER, planKills, startFaulty } from "./kill_plan.ts";
import { readProcesses, readTraces, type Supervised } from "./traces.ts";

/** Share of the moments that must be reached: the number of effects is not the same in each run. */
const MIN_REACHED = 0.5;

const directory = await makeDirectory();
const place: Supervised = {
  socket: join(directory, "ddsrv.sock"),
  functions: join(directory, "functions"),
};
const faults = new Set<string>();
let reached = 0;

async function main(lane: number, lanes: number): Promise<number> {
  await setAside(directory);
  const nothing = await readTraces(place);
  const { rounds, bare } = await planKills(directory);
  const mine = rounds.filter((_, index) => index % lanes === lane);
  let last = "nothing";
  const expectBare = (): Promise<void> => expectSoon(`up after ${last}`, () => differ(bare));
  for (const round of mine) {
    const places: string[] = [];
    for (const kill of round) {
      const moment = await killAt(kill, expectBare);
      places.push(moment);
      await expectSoon(`killed at ${moment}`, () => readProcesses(place));
      await setAside(directory);
    }
    last = places.join(" and ");
  }
  {
    await using _server = await startFaulty(directory, NEVER);
    await expectBare();
  }
  await expectSoon("stopped", () => differ(nothing));
  await Deno.remove(directory, { recursive: true });
  const total = mine.flat().length;
  if (reached < total * MIN_REACHED) faults.add("most moments did not come");
  say(`lane ${lane}: ${reached} of ${total} moments came`);
  for (const fault of faults) say(fault);
  return faults.size === 0 ? 0 : 1;
}

/** Starts a server, kills it at a moment, and returns a description of that moment. */
async function killAt(kill: Kill, onUp: () => Promise<void>): Promise<string> {
  const { phase, index, timing } = kill;
  const output = await goThrough(kill, onUp);
  const [, effect] = new RegExp(`^fault: ${index} (.*)$`, "m").exec(output) ?? [];
  if (effect !== undefined) reached++;
  return `${phase?.name ?? "start"} ${index} (${effect ?? "which did not come"}, ${timing})`;
}

/** Runs a server until it is killed, and returns its output. */
async function goThrough(kill: Kill, onUp: () => Promise<void>): Promise<string> {
  const { phase, index } = kill;
  const started = await startFaulty(directory, kill).catch((error: Error) => error);
  if (started instanceof Error) {
    const isKilled = phase === undefined && started.message.includes(`fault: ${index} `);
    if (!isKilled) faults.add(`could not start: ${started.message}`);
    return started.message;
  }
  await using server = started;
  const ended = server.exited.then(() => "ended");
  if (phase !== undefined) {
    await onUp();
    await enter(phase, server);
    const problem = await Promise.race([phase.run(server).catch((error: Error) => error), ended]);
    // An effect of its exit may arrive before the exit status.
    if (problem instanceof Error) {
      await within(ended, "its end").catch(() => faults.add(`${phase.name}: ${problem.message}`));
    }
  }
  // This run may have fewer effects, or the phase may have ended before a delayed kill.
  if (await Promise.race([ended, "running"]) === "running") server.signal("SIGKILL");
  await ended;
  return server.output();
}

/** Returns unexpected traces and missing traces. */
async function differ(expected: readonly string[]): Promise<string[]> {
  const found = await readTraces(place);
  return [
    ...found.filter((line) => !expected.includes(line)),
    ...expected.filter((line) => !found.includes(line)).map((line) => `no ${line}`),
  ];
}

async function expectSoon(when: string, look: () => Promise<string[]>): Promise<void> {
  let wrong: readonly string[] = [];
  await eventually(when, async () => (wrong = await look()).length === 0)
    .catch(() => faults.add(`${when}: ${wrong.join("; ")}`));
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exit(await main(Number(Deno.args[0]), Number(Deno.args[1])));
