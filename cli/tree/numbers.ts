import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A port, or 0 for one that the kernel chooses. */
export function parsePort(text: string): number {
  return parseWhole(text, { min: 0, max: 65535 });
}

/** How many of something. */
export function parseCount(text: string): number {
  return parseWhole(text, { min: 0, max: 10_000_000 });
}

/** How long a verb waits. */
export function parseSeconds(text: string): number {
  return parseWhole(text, { min: 1, max: 600 });
}

function parseWhole(text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  }
  return value;
}
