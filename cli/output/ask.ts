import { printError } from "./print.ts";

/** Whether there is somebody to be asked. */
export function canAsk(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
}

/** Asks on standard error; anything but `y` and `yes` is a no, the end of the input too. */
export async function ask(question: string): Promise<boolean> {
  printError(`${question} [y/N] `);
  const bytes = new Uint8Array(1024);
  const length = await Deno.stdin.read(bytes);
  if (length === null) printError("\n");
  return /^y(es)?$/i.test(new TextDecoder().decode(bytes.subarray(0, length ?? 0)).trim());
}
