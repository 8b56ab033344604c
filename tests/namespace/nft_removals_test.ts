import assert from "node:assert/strict";
import { nftRemovals } from "../../lib/namespace/nft_removals.ts";

const DEL_TABLE = 0x0a02;
const DEL_CHAIN = 0x0a05;
const NEW_TABLE = 0x0a00;

function attribute(type: number, text: string): number[] {
  const payload = [...new TextEncoder().encode(text), 0];
  const length = 4 + payload.length;
  const padding = new Array((4 - length % 4) % 4).fill(0);
  return [length & 255, length >> 8, type & 255, type >> 8, ...payload, ...padding];
}

function message(type: number, ...attributes: readonly number[][]): number[] {
  const body = [1, 0, 0, 0, ...attributes.flat()];
  const length = 16 + body.length;
  const head = [length & 255, length >> 8, 0, 0, type & 255, type >> 8, ...new Array(10).fill(0)];
  return [...head, ...body];
}

const read = (...bytes: readonly number[][]) => nftRemovals(new Uint8Array(bytes.flat()));

Deno.test("nftRemovals() returns removed tables and chains", () => {
  const messages = [
    message(NEW_TABLE, attribute(1, "new")),
    message(DEL_TABLE, attribute(1, "ddsrv_abc"), attribute(2, "x")),
    message(DEL_CHAIN, attribute(1, "t"), attribute(0x4003, "refuse")),
  ];
  assert.deepEqual(read(...messages), [
    { table: "ddsrv_abc", chain: undefined },
    { table: "t", chain: "refuse" },
  ]);
});

Deno.test("nftRemovals() ignores messages that are cut off or wrong", () => {
  const whole = message(DEL_TABLE, attribute(1, "a"));
  const tooShort = [4, ...new Array(15).fill(0)];
  const wrongAttribute = message(DEL_TABLE, [0, 0, 1, 0]);
  const tooLong = message(DEL_TABLE, [255, 0, 1, 0, 97, 0, 0, 0]);
  const rows: [number[][], number][] = [
    [[], 0],
    [[whole.slice(0, 15)], 0],
    [[whole, whole.slice(0, -1)], 1],
    [[tooShort, whole], 0],
    [[wrongAttribute, whole], 1],
    [[tooLong, whole], 1],
    [[message(DEL_TABLE), whole], 1],
  ];
  for (const [bytes, count] of rows) assert.equal(read(...bytes).length, count);
});
