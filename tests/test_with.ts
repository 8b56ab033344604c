import { isInstalled } from "../lib/system/programs.ts";

/** A test that takes a program: ignored where that is missing, with a word about it in its name. */
export async function testWith(
  program: string,
  name: string,
  fn: () => Promise<void>,
): Promise<void> {
  const isHere = await isInstalled(program, Deno.env.get("PATH") ?? "");
  const why = isHere ? "" : ` (ignored: "${program}" is not installed)`;
  Deno.test({ name: `${name}${why}`, ignore: !isHere, fn });
}
