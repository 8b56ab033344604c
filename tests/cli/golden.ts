import assert from "node:assert/strict";

const UPDATE = "UPDATE_GOLDEN";

/** Fails unless a text is that of a file in `golden/`; with UPDATE_GOLDEN=1, writes the file. */
export async function matchesGolden(name: string, text: string): Promise<void> {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  if (Deno.env.get(UPDATE) === "1") return await Deno.writeTextFile(file, text);
  const expected = await Deno.readTextFile(file).catch(() => "");
  assert.equal(text, expected, `It is another now. If that is meant: ${UPDATE}=1 deno test -A`);
}
