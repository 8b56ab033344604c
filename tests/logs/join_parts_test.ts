import assert from "node:assert/strict";
import { createPartJoiner } from "../../lib/logs/join_parts.ts";
import type { LogRecord } from "../../lib/logs/log_record.ts";

/** `o` or `e` for the stream, a star for a part, then the text. */
function records(...notes: string[]): LogRecord[] {
  return notes.map((note, index) => ({
    time: new Date(index).toISOString(),
    stream: note[0] === "o" ? "stdout" : "stderr",
    isPartial: note[1] === "*",
    text: note.slice(2),
  }));
}

function noted(lines: readonly LogRecord[]): string[] {
  return lines.map(({ stream, isPartial, text }) =>
    `${stream === "stdout" ? "o" : "e"}${isPartial ? "*" : " "}${text}`
  );
}

const cases: readonly [what: string, given: string[], pushed: string[], ended: string[]][] = [
  ["whole lines", ["o a", "e b"], ["o a", "e b"], []],
  ["parts", ["o*a", "o*b", "o c", "o d"], ["o abc", "o d"], []],
  ["parts with another stream's lines between", ["o*a", "e x", "e*y", "o b", "e z"], [
    "e x",
    "o ab",
    "e yz",
  ], []],
  ["a part whose rest never comes", ["o a", "o*b"], ["o a"], ["o*b"]],
  ["parts beyond what is held", ["o*1234", "o*567890", "o x"], ["o*1234567890", "o x"], []],
];

for (const [what, given, pushed, ended] of cases) {
  Deno.test(`createPartJoiner() joins ${what}`, () => {
    const joiner = createPartJoiner(10);
    assert.deepEqual(noted(joiner.push(records(...given))), pushed);
    assert.deepEqual(noted(joiner.end()), ended);
    assert.deepEqual(joiner.end(), []);
  });
}

Deno.test("createPartJoiner() gives a line the time of its last part for any split", () => {
  const joiner = createPartJoiner();
  const [first, second] = records("o*a", "o b");
  assert.deepEqual(joiner.push([first!]), []);
  assert.deepEqual(joiner.push([second!]), [{ ...second, text: "ab" }]);
});
