import assert from "node:assert/strict";
import {
  literalBlock,
  macroArgument,
  macroText,
  textLines,
  toSentence,
} from "../../../cli/generate/mdoc.ts";

const texts: readonly [text: string, lines: readonly string[]][] = [
  ["One. Two.", ["One.", "Two."]],
  ["1.5 of e.g. this", ["1.5 of e.g. this"]],
  [".Sh begins no section", ["\\&.Sh begins no section"]],
  ["'quoted' --flag back\\slash", ["\\(aqquoted\\(aq \\-\\-flag back\\eslash"]],
  ["a\n\nb", ["a", "b"]],
  ["x".repeat(70) + " yyyyyyyyyy", ["x".repeat(70), "yyyyyyyyyy"]],
];

for (const [text, lines] of texts) {
  Deno.test(`textLines(): ${JSON.stringify(text)}`, () => {
    assert.deepEqual(textLines(text), lines);
  });
}

Deno.test("macroText() escapes words that look like macros", () => {
  assert.equal(macroText('say No to Ar . "x"'), "say \\&No to \\&Ar \\&. \\(dqx\\(dq");
  assert.equal(macroArgument("two words"), '"two words"');
});

Deno.test("literalBlock() escapes a leading full stop", () => {
  assert.deepEqual(literalBlock(".env"), [".Bd -literal -offset indent", "\\&.env", ".Ed"]);
});

Deno.test("toSentence() adds a capital and a full stop", () => {
  assert.equal(toSentence("list them"), "List them.");
  assert.equal(toSentence("All of it."), "All of it.");
});
