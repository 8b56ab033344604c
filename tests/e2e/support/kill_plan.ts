import { findMoments, formatMoment, type Moment } from "./fault_moment.ts";
import { type Server, startServer } from "./harness.ts";
import { type Phase, PHASES, setAside } from "./kill_phases.ts";
import { readTraces } from "./traces.ts";

/** A moment in a phase, or in the server's start if there is no phase. */
export interface Kill extends Moment {
  readonly phase?: Phase;
}

/** All rounds of a test. */
export interface Plan {
  /** Kills of each round, in order. The last one is in a phase, after a successful start. */
  readonly rounds: readonly (readonly Kill[])[];
  /** Traces of a server that was never killed and has no function. */
  readonly bare: readonly string[];
}

/** No fault; a signal starts the count of effects. */
export const NEVER: Moment = { from: "signal", index: 0, timing: "before" };

const MAIN = new URL("fault_main.ts", import.meta.url).pathname;

/** Starts a server that will be killed at a moment. */
export function startFaulty(directory: string, moment: Moment): Promise<Server> {
  const env = { DDSRV_FAULT: formatMoment(moment) };
  return startServer({
    command: [Deno.execPath(), "run", "--quiet", "--allow-all", MAIN],
    directory,
    flags: ["--no-logs"],
    env,
  });
}

/** Prepares a server for a phase, and starts its count of effects. */
export async function enter(phase: Phase, server: Server): Promise<void> {
  await phase.prepare(server);
  server.signal("SIGUSR1");
  await server.said("fault: counting");
}

/** Runs all phases once without a fault to find their effects. */
export async function planKills(directory: string): Promise<Plan> {
  const { starts, bare } = await learnStart(directory);
  const others: Kill[] = [];
  for (const phase of PHASES) {
    const moments = await learnPhase(directory, phase);
    others.push(...moments.map((moment) => ({ ...moment, phase })));
    await setAside(directory);
  }
  return { bare, rounds: others.map((kill, index) => [...starts.slice(index, index + 1), kill]) };
}

async function learnStart(directory: string): Promise<{ starts: Moment[]; bare: string[] }> {
  await using server = await startFaulty(directory, { ...NEVER, from: "start" });
  const bare = await readTraces(server);
  return { starts: findMoments("start", server.output()), bare };
}

async function learnPhase(directory: string, phase: Phase): Promise<Moment[]> {
  await using server = await startFaulty(directory, NEVER);
  await enter(phase, server);
  await phase.run(server);
  return findMoments("signal", server.output())
    .filter(({ timing }) => phase.isRepeating !== true || timing === "before" || timing === 0);
}
