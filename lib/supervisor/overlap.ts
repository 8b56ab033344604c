import type { ActivityFiles } from "../sandbox/activity.ts";
import { type CronTurn, handOverAt, WHOLE_TURN } from "../sandbox/cron_turn.ts";

/** The overlap of a supervisor that starts with its predecessor, which serves until then. */
export interface Overlap {
  /** Resolves with the full minute, by the host's clock, from which this supervisor's instances run tasks. */
  readonly turnAtMs: Promise<number>;
  /** Resolves when the predecessor's runs of schedules have ended. */
  readonly runsEnded: Promise<unknown>;
}

/** The moment at which the tasks of all functions change to another supervisor. */
export interface Leave {
  readonly atMs: number;
  /** Time for which the instances of this supervisor must stay. */
  readonly keepMs: number;
}

type Turns = Pick<ActivityFiles, "changeTurn">;

/** Gives the tasks of `Deno.cron` of these instances to another supervisor, see `handOver`. */
export function leaveTurns(instances: Iterable<Turns>, now: () => number = Date.now): Leave {
  const { atMs, keepMs } = handOverAt(now());
  for (const { changeTurn } of instances) changeTurn({ isServing: false, untilMs: atMs });
  return { atMs, keepMs };
}

/** The turns of a supervisor's instances. */
export interface TurnGate {
  /** Gives an instance that serves alone the turn, at the latest when it is this supervisor's. */
  readonly give: (instance: Turns) => void;
}

/** Creates the turns of instances that serve, which begin with the overlap's end. */
export function createTurnGate(
  overlap: Pick<Overlap, "turnAtMs"> | undefined,
  serving: () => Iterable<Turns>,
  now: () => number = Date.now,
): TurnGate {
  let turn: CronTurn | undefined = overlap === undefined ? WHOLE_TURN : undefined;
  void overlap?.turnAtMs.then((atMs) => {
    turn = { ...WHOLE_TURN, fromMs: atMs };
    for (const { changeTurn } of serving()) changeTurn(turn);
    // From then on, no change of the host's clock matters.
    const timer = setTimeout(() => {
      turn = WHOLE_TURN;
      for (const { changeTurn } of serving()) changeTurn({ fromMs: 0 });
    }, Math.max(0, atMs - now()));
    Deno.unrefTimer(timer);
  });
  return {
    give({ changeTurn }) {
      if (turn !== undefined) changeTurn(turn);
    },
  };
}
