import assert from "node:assert/strict";
import {
  formatChanges,
  MAX_CHANGES,
  parseChanges,
  putChange,
} from "../../lib/history/change_list.ts";
import type { Change } from "../../lib/history/change.ts";
import { change } from "./changes.ts";

Deno.test("parseChanges() ignores lines that are not valid, such as a part of one", () => {
  const [a, b] = [change("a"), change("b")];
  const text = formatChanges([a, b]);
  const plain = (changes: readonly Change[]): unknown => JSON.parse(JSON.stringify(changes));
  assert.deepEqual(plain(parseChanges(text)), [a, b]);
  assert.deepEqual(plain(parseChanges(text.slice(0, -9))), [a]);
  assert.deepEqual(plain(parseChanges(`[]\nnull\n\0\n${text}`)), [a, b]);
  assert.deepEqual(parseChanges(""), []);
});

Deno.test("putChange() adds a change, or replaces the one with its id", () => {
  const [a, b] = [change("a"), change("b")];
  assert.deepEqual(putChange([a], b), [a, b]);
  const other = { ...a, result: "failed" } as const;
  assert.deepEqual(putChange([a, b], other), [other, b]);
});

Deno.test("putChange() drops the oldest changes, and first those that brought no code", () => {
  let changes: readonly Change[] = [];
  const deploy = change("a", { by: "deploy" });
  changes = putChange(changes, deploy);
  for (let index = 0; index < 300; index++) {
    changes = putChange(changes, change("a", { by: "reload" }));
  }
  assert.deepEqual([changes.length, changes[0]], [51, deploy]);
  for (let index = 0; index < MAX_CHANGES + 1; index++) changes = putChange(changes, change("b"));
  assert.equal(changes.length, MAX_CHANGES);
  assert.ok(changes.every(({ by }) => by === "edit"));
});
