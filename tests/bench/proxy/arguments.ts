import { parseArgs } from "node:util";

/** Parsed command line. */
export interface Arguments {
  /** Names of scenarios, in any order; empty means all. */
  readonly names: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
}

const ROUNDS = 5;
const SECONDS = 2;

/** Returns the usage text. */
export function usage(known: Iterable<string>): string {
  return `Usage: deno task bench:proxy [--rounds N] [--seconds N] [scenario...]
  --rounds N   rounds that count, ${ROUNDS} unless told otherwise
  --seconds N  how long one proxy is under load in one round, ${SECONDS} unless told otherwise
  scenarios    ${[...known].join(" ")}`;
}

/**
 * Parses the arguments; `known` are the names of all scenarios.
 *
 * @throws {TypeError} for an unknown option or scenario, or an invalid number
 */
export function parseArguments(args: readonly string[], known: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: String(ROUNDS) },
      seconds: { type: "string", default: String(SECONDS) },
    },
    allowPositionals: true,
  });
  for (const name of positionals) {
    if (!known.includes(name)) throw new TypeError(`Unknown scenario "${name}"`);
  }
  return {
    names: positionals.length === 0 ? known : positionals,
    rounds: positiveInteger("rounds", values.rounds),
    seconds: positiveInteger("seconds", values.seconds),
  };
}

function positiveInteger(option: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new TypeError(`--${option} takes a whole number from 1 on, not "${text}"`);
  }
  return Number(text);
}
