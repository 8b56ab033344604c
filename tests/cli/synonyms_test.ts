import assert from "node:assert/strict";
import { createProgram } from "../../cli/program.ts";
import { answerSynonym, SYNONYMS } from "../../cli/synonyms.ts";

const commands = createProgram(() => {}).commands.flatMap((one) => [one.name(), ...one.aliases()]);

Deno.test("SYNONYMS hides no command, and names only commands that exist", () => {
  assert.deepEqual([...SYNONYMS.keys()].filter((word) => commands.includes(word)), []);
  for (const [word, [, command]] of SYNONYMS) {
    for (const [, verb] of command.matchAll(/ddsrv ([a-z-]+)/g)) {
      assert.ok([...commands, "--version"].includes(verb!), `${word}: ${verb}`);
    }
  }
});

const answers: readonly (readonly [string | undefined, string | undefined])[] = [
  ["ps", '"ps" is not a command of ddsrv. To list functions: ddsrv list'],
  [
    "refresh",
    '"refresh" is not a command of ddsrv. To restart a function without a gap: ddsrv reload NAME',
  ],
  ["list", undefined],
  ["nonsense", undefined],
  ["constructor", undefined],
  [undefined, undefined],
];

for (const [word, answer] of answers) {
  Deno.test(`answerSynonym(${word})`, () => assert.equal(answerSynonym(word), answer));
}
