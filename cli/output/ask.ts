import { printError } from "./print.ts";

/** Returns true if a user can answer: standard input and standard error are terminals. */
export function canAsk(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
}

/** Asks on standard error; returns true for `y` and `yes`, false for anything else. */
export async function ask(question: string): Promise<boolean> {
  printError(`${question} [y/N] `);
  const bytes = new Uint8Array(1024);
  const length = await Deno.stdin.read(bytes);
  if (length === null) printError("\n");
  return /^y(es)?$/i.test(new TextDecoder().decode(bytes.subarray(0, length ?? 0)).trim());
}
