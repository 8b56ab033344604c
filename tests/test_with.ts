import { isInstalled } from "../lib/system/programs.ts";

/**
 * Registers a test that needs a program. If it is missing, the test is ignored and its name says
 * so.
 */
export async function testWith(
  program: string,
  name: string,
  fn: () => Promise<void>,
): Promise<void> {
  const isHere = await isInstalled(program, Deno.env.get("PATH") ?? "");
  const why = isHere ? "" : ` (ignored: "${program}" is not installed)`;
  Deno.test({ name: `${name}${why}`, ignore: !isHere, fn });
}
