// Kills a server again and again, each time at another moment, on a pretend host of its own, and
// looks at what is left. It takes every so-manieth round, so that several lanes share them all.
// Arguments: this lane's number, and how many lanes there are.
import { join } from "node:path";
import { eventually, within } from "../../patience.ts";
import { makeDirectory } from "./harness.ts";
import { setAside } from "./kill_phases.ts";
import { enter, type Kill, NEVER, planKills, startFaulty } from "./kill_plan.ts";
import { readProcesses, readTraces, type Supervised } from "./traces.ts";

/** Part of the moments that must come: how many effects there are is not the same each time. */
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

/** Has a server killed, and tells where that was. */
async function killAt(kill: Kill, onUp: () => Promise<void>): Promise<string> {
  const { phase, index, timing } = kill;
  const output = await goThrough(kill, onUp);
  const [, effect] = new RegExp(`^fault: ${index} (.*)$`, "m").exec(output) ?? [];
  if (effect !== undefined) reached++;
  return `${phase?.name ?? "start"} ${index} (${effect ?? "which did not come"}, ${timing})`;
}

/** Gives what the server said until it was killed. */
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
    // Its end may be heard of after what comes of it.
    if (problem instanceof Error) {
      await within(ended, "its end").catch(() => faults.add(`${phase.name}: ${problem.message}`));
    }
  }
  // It may have fewer effects this time, or a later kill was slower than the end of the phase.
  if (await Promise.race([ended, "running"]) === "running") server.signal("SIGKILL");
  await ended;
  return server.output();
}

/** What is there and should not be, or the other way round. */
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
