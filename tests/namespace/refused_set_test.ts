import assert from "node:assert/strict";
import { nftQuestion } from "../../lib/namespace/nft_messages.ts";
import { refusedElements } from "../../lib/namespace/refused_set.ts";

/** An attribute with its payload, padded to four bytes. */
function attribute(type: number, ...payload: readonly number[]): number[] {
  const length = 4 + payload.length;
  const padding = new Array((4 - length % 4) % 4).fill(0);
  return [length & 255, length >> 8, type & 255, type >> 8, ...payload, ...padding];
}

function message(type: number, ...body: readonly number[]): number[] {
  const length = 20 + body.length;
  const head = [length & 255, length >> 8, 0, 0, type & 255, type >> 8, ...new Array(10).fill(0)];
  return [...head, 1, 0, 0, 0, ...body];
}

const NESTED = 0x8000;
const NEW_ELEMENTS = 0x0a0c;
const DONE = 3;

function element(key: readonly number[], leftMs: number): number[] {
  const left = [0, 0, 0, 0, leftMs >> 24, leftMs >> 16, leftMs >> 8, leftMs].map((one) =>
    one & 255
  );
  return attribute(
    NESTED | 1,
    ...attribute(NESTED | 1, ...attribute(1, ...key)),
    ...attribute(4, 0, 0, 0, 0, 0, 0, 0xf2, 0x30),
    ...attribute(5, ...left),
  );
}

const TCP = [10, 213, 0, 3, 10, 0, 0, 5, 6, 0, 0, 0, 0x15, 0x38, 0, 0];
const UDP = [10, 213, 0, 5, 192, 168, 1, 1, 17, 0, 0, 0, 0, 53, 0, 0];

const answer = (...elements: readonly number[][]): number[] =>
  message(
    NEW_ELEMENTS,
    ...attribute(1, 116, 0),
    ...attribute(2, 114, 0),
    ...attribute(NESTED | 3, ...elements.flat()),
  );

const read = (...bytes: readonly number[][]) => refusedElements(new Uint8Array(bytes.flat()));

Deno.test("refusedElements() returns source, destination and time left", () => {
  assert.deepEqual(read(answer(element(TCP, 61_500), element(UDP, 7)), message(DONE)), [
    { source: "10.213.0.3", address: "10.0.0.5", protocol: "tcp", port: 5432, leftMs: 61_500 },
    { source: "10.213.0.5", address: "192.168.1.1", protocol: "udp", port: 53, leftMs: 7 },
  ]);
});

Deno.test("refusedElements() reads IPv6 addresses", () => {
  const address = (...tail: number[]): number[] => [0xfd, 0xd5, ...new Array(12).fill(0), ...tail];
  const key = [...address(0, 3), ...address(1, 0), 6, 0, 0, 0, 0, 80, 0, 0];
  assert.deepEqual(read(answer(element(key, 1_000))), [
    { source: "fdd5::3", address: "fdd5::100", protocol: "tcp", port: 80, leftMs: 1_000 },
  ]);
});

Deno.test("refusedElements() ignores what is cut off or not known", () => {
  const whole = answer(element(TCP, 1));
  const rows: [number[][], number][] = [
    [[], 0],
    [[whole.slice(0, -1)], 0],
    [[whole, whole.slice(0, 40)], 1],
    [[answer(element(TCP.slice(0, 12), 1))], 0],
    [[answer(element(TCP.with(8, 1), 1))], 0],
    [[answer(attribute(NESTED | 1))], 0],
    [[message(NEW_ELEMENTS)], 0],
    [[message(0x0a00, ...attribute(NESTED | 3, ...element(TCP, 1)))], 0],
  ];
  for (const [bytes, count] of rows) assert.equal(read(...bytes).length, count);
});

Deno.test("nftQuestion() has its length, its kind and names that end with NUL", () => {
  const bytes = nftQuestion(13, [[1, "tab"], [2, "set_b"]]);
  assert.deepEqual([...bytes], [
    ...[40, 0, 0, 0, 13, 10, 0x01, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
    ...[8, 0, 1, 0, ...new TextEncoder().encode("tab\0")],
    ...[10, 0, 2, 0, ...new TextEncoder().encode("set_b\0"), 0, 0],
  ]);
});
