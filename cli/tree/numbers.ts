import { InvalidArgumentError } from "@commander-js/extra-typings";
import { parseDuration } from "../../lib/config/duration.ts";

/** Parses a whole number from 0 to 10,000,000. */
export function parseCount(text: string): number {
  return parseWhole(text, { min: 0, max: 10_000_000 });
}

/** Parses a TCP port; 0 lets the kernel choose. */
export function parseAnyPort(text: string): number {
  return parseWhole(text, { min: 0, max: 65_535 });
}

/** Parses a port from 1 to 65,535. */
export function parsePort(text: string): number {
  return parseWhole(text, { min: 1, max: 65_535 });
}

/** Parses a number of changes, from 1 to 1000. */
export function parseChanges(text: string): number {
  return parseWhole(text, { min: 1, max: 1_000 });
}

const WAIT_MS = { min: 1_000, max: 600_000 } as const;

/**
 * Parses a timeout of a verb and returns milliseconds, from 1 s to 10 min: a duration such as `30s`
 * or `2m`, or whole seconds without a unit.
 */
export function parseWait(text: string): number {
  const ms = parsed(/^\d+$/.test(text) ? `${text}s` : text);
  if (ms !== undefined && ms >= WAIT_MS.min && ms <= WAIT_MS.max) return ms;
  throw new InvalidArgumentError("Give a duration from 1s to 10m, such as 30s or 2m.");
}

function parsed(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function parseWhole(text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  }
  return value;
}
