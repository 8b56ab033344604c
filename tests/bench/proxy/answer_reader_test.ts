import assert from "node:assert/strict";
import { createAnswerReader } from "./answer_reader.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nVia: 1.1 nginx\r\n\r\n";

Deno.test("createAnswerReader() knows what is left of an answer, first and again", () => {
  const reader = createAnswerReader();
  const rows = [
    [`${OK}hello`, 0],
    [`${OK}hello`, 0],
    [`${OK}he`, 3],
    [OK, 5],
    [OK.slice(0, -1), -1],
    [OK.slice(0, 10), -1],
    // Another head, as after a change of a field.
    ["HTTP/1.1 200 OK\r\ncontent-length:12\r\n\r\nhello", 7],
    [`${OK}hello`, 0],
  ] as const;
  for (const [text, left] of rows) {
    const buffer = bytes(`${text}${" ".repeat(100)}`);
    assert.equal(reader.read(buffer, text.length).left, left, JSON.stringify(text));
  }
});

Deno.test("createAnswerReader() reads another status with its own length", () => {
  const reader = createAnswerReader();
  const refusal = bytes("HTTP/1.1 502 Bad\r\nContent-Length: 9\r\n\r\nbad");
  const answer = bytes(`${OK}hello`);
  assert.deepEqual(reader.read(answer, answer.length), { left: 0, isOk: true });
  assert.deepEqual(reader.read(refusal, refusal.length), { left: 6, isOk: false });
  assert.deepEqual(reader.read(answer, answer.length), { left: 0, isOk: true });
});

Deno.test("createAnswerReader() rejects an answer without a length", () => {
  const answer = bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  assert.throws(() => createAnswerReader().read(answer, answer.length), /without a length/);
});
