import assert from "node:assert/strict";
import { createVariableStamps } from "../../lib/supervisor/variable_stamps.ts";
import { VariableStoreError } from "../../lib/supervisor/variable_file.ts";
import {
  openVariableStore,
  valuesOf,
  type VariableStore,
} from "../../lib/supervisor/variable_store.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

async function values(store: VariableStore, name = "shop"): Promise<Record<string, string>> {
  return valuesOf(await store.read(name));
}

Deno.test("openVariableStore() persists values and times", async () => {
  await using directory = await temporaryDirectory();
  let time = 1_000;
  const open = (): VariableStore =>
    openVariableStore(directory.at("v/own"), { now: () => new Date(time) });
  const store = open();
  assert.deepEqual(await values(store), {});
  await store.change("shop", { set: { B: "2", A: "1" } });
  time = 2_000;
  const { changed, id } = await store.change("shop", { set: { A: "1", B: "3" }, unset: ["C"] });
  assert.deepEqual(changed, ["B"]);
  assert.ok(id !== undefined);
  const kept = await open().read("shop");
  assert.deepEqual(Object.fromEntries(kept), {
    A: { value: "1", setAt: "1970-01-01T00:00:01.000Z" },
    B: { value: "3", setAt: "1970-01-01T00:00:02.000Z" },
  });
  const { mode } = await Deno.stat(directory.at("v/own/shop.json"));
  assert.equal(mode! & 0o777, 0o600);
  assert.deepEqual(await values(store, "other"), {});
  assert.deepEqual((await store.change("shop", { unset: ["B", "A", "B"] })).changed, ["A", "B"]);
  await assert.rejects(Deno.lstat(directory.at("v/own/shop.json")), Deno.errors.NotFound);
});

Deno.test("openVariableStore() keeps all of many concurrent changes", async () => {
  await using directory = await temporaryDirectory();
  const store = openVariableStore(directory.path);
  const names = Array.from({ length: 50 }, (_, index) => `V${index}`);
  await Promise.all(names.map((one) => store.change("shop", { set: { [one]: one } })));
  assert.deepEqual(await values(store), Object.fromEntries(names.map((one) => [one, one])));
});

Deno.test("openVariableStore() undoes only the last change", async () => {
  await using directory = await temporaryDirectory();
  const store = openVariableStore(directory.path);
  const first = await store.change("shop", { set: { A: "1" } });
  const stamp = store.stamp("shop");
  const second = await store.change("shop", { set: { A: "2", B: "2" } });
  assert.notEqual(store.stamp("shop"), stamp);
  assert.equal(await store.undo("shop", first.id!), false);
  assert.equal(await store.undo("other", second.id!), false);
  assert.equal(await store.undo("shop", second.id!), true);
  assert.deepEqual(await values(store), { A: "1" });
  assert.equal(store.stamp("shop"), stamp);
  assert.equal(await store.undo("shop", second.id!), false);
  const third = await store.change("new", { set: { A: "1" } });
  assert.equal(await store.undo("new", third.id!), true);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name), [
    "shop.json",
  ]);
  await store.forget("shop");
  assert.deepEqual(await values(store), {});
  assert.notEqual(store.stamp("shop"), stamp);
});

Deno.test("openVariableStore() rejects invalid variables and files without quoting values", async () => {
  await using directory = await temporaryDirectory();
  const store = openVariableStore(directory.path);
  await store.change("shop", { set: { A: "1" } });
  await assert.rejects(store.change("shop", { set: { B: "2", "C=": "" } }), RangeError);
  await assert.rejects(store.change("shop", { set: { B: "x".repeat(200_000) } }), RangeError);
  const many = Array.from({ length: 10 }, (_, index) => [`V${index}`, "x".repeat(120_000)]);
  await assert.rejects(
    store.change("shop", { set: Object.fromEntries(many) }),
    /All variables together would have 12\d+ bytes.*Nothing was changed$/,
  );
  assert.deepEqual(await values(store), { A: "1" });
  const bad = [
    '{"variables":{"A":{"value":"s3cr3t","setAt":"never"}}}',
    '{"variables":{"A":{"value":"s3cr3t\\u0000","setAt":"1970-01-01T00:00:01.000Z"}}}',
    '{"variables":{"A=":{"value":"s3cr3t","setAt":"1970-01-01T00:00:01.000Z"}}}',
    '{"variables":["s3cr3t"]}',
    "s3cr3t",
    "",
    "null",
    `"${"s3cr3t".repeat(2_000_000)}"`,
  ];
  for (const text of bad) {
    await Deno.writeTextFile(directory.at("shop.json"), text);
    for (const act of [() => store.read("shop"), () => store.change("shop", { set: { B: "" } })]) {
      const error: Error = await act().then(() => assert.fail(text.slice(0, 80)), (one) => one);
      assert.ok(error instanceof VariableStoreError);
      assert.match(error.message, /Restore the file from a backup, or remove it/);
      assert.ok(!error.message.includes("s3cr"));
    }
    assert.equal(await Deno.readTextFile(directory.at("shop.json")), text);
  }
});

Deno.test("createVariableStamps() compares variables of launches with the present ones", async () => {
  await using directory = await temporaryDirectory();
  const store = openVariableStore(directory.path);
  const stamps = createVariableStamps(store);
  assert.equal(stamps.isTried("shop"), false);
  stamps.launched("shop", 1);
  assert.deepEqual([stamps.isTried("shop"), stamps.isCurrent("shop", 1)], [true, true]);
  const { id } = await store.change("shop", { set: { A: "1" } });
  assert.deepEqual([stamps.isTried("shop"), stamps.isCurrent("shop", 1)], [false, false]);
  stamps.launched("shop", 2);
  await store.undo("shop", id!);
  assert.deepEqual([stamps.isCurrent("shop", 1), stamps.isCurrent("shop", 2)], [true, false]);
  stamps.closed(1);
  assert.equal(stamps.isCurrent("shop", 1), false);
  stamps.forget("shop");
  assert.equal(stamps.isTried("shop"), false);
});
