import assert from "node:assert/strict";
import fc from "fast-check";
import { openChangeStore } from "../../lib/history/change_store.ts";
import type { Change } from "../../lib/history/change.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { change } from "./changes.ts";

const ids = (changes: readonly Change[]): string[] => changes.map(({ id }) => id);

Deno.test("openChangeStore() keeps changes of each function, for root alone", async () => {
  await using directory = await temporaryDirectory();
  const options = { directory: directory.at("history"), onWarning: assert.fail };
  const store = openChangeStore(options);
  const [a, b, c] = [change("a"), change("b"), change("c")];
  assert.deepEqual(await store.list("shop"), []);
  await Promise.all([store.put("shop", a), store.put("blog", b), store.put("shop", c)]);
  const again = openChangeStore(options);
  assert.deepEqual([ids(await again.list("shop")), ids(await again.list("blog"))], [
    [a.id, c.id],
    [b.id],
  ]);
  assert.equal((await Deno.stat(directory.at("history"))).mode! & 0o777, 0o700);
  assert.equal((await Deno.stat(directory.at("history/shop.jsonl"))).mode! & 0o777, 0o600);
  await again.forget("shop");
  assert.deepEqual(await again.list("shop"), []);
});

Deno.test("openChangeStore() says once that the disk is full, and writes the changes later", async () => {
  await using directory = await temporaryDirectory();
  const warnings: string[] = [];
  let isFull = true;
  const write = async (path: string, text: string): Promise<void> => {
    if (isFull) throw new Error("No space left on device");
    await Deno.mkdir(directory.at("history"), { recursive: true });
    await Deno.writeTextFile(path, text);
  };
  const options = {
    directory: directory.at("history"),
    onWarning: (text: string) => void warnings.push(text),
    write,
  };
  const store = openChangeStore(options);
  const [a, b, c] = [change("a"), change("b"), change("c")];
  await store.put("shop", a);
  await store.put("shop", b);
  assert.deepEqual(ids(await store.list("shop")), [a.id, b.id]);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /^Cannot write the history of changes .* Make room there/);
  isFull = false;
  await store.put("shop", c);
  assert.deepEqual(ids(await openChangeStore(options).list("shop")), [a.id, b.id, c.id]);
  isFull = true;
  const d = change("d");
  await store.put("shop", d);
  assert.equal(warnings.length, 2);
  isFull = false;
  await store.saved();
  assert.deepEqual(
    ids(await openChangeStore(options).list("shop")),
    [a, b, c, d].map(({ id }) => id),
  );
});

Deno.test("openChangeStore() limits what waits in memory for a full disk", async () => {
  const store = openChangeStore({
    directory: "/nonexistent",
    onWarning: () => {},
    write: () => Promise.reject(new Error("full")),
  });
  const last = change("a");
  for (let index = 0; index < 50; index++) await store.put("shop", change("b"));
  await store.put("shop", last);
  const kept = await store.list("shop");
  assert.deepEqual([kept.length, kept.at(-1)], [20, last]);
  for (let index = 0; index < 1_001; index++) await store.put(`f${index}`, change("b"));
  assert.deepEqual(await store.list("f1000"), []);
});

Deno.test("openChangeStore() does not overwrite a file that it can't read", async () => {
  await using directory = await temporaryDirectory();
  await Deno.mkdir(directory.at("history/shop.jsonl"), { recursive: true });
  const warnings: string[] = [];
  const store = openChangeStore({
    directory: directory.at("history"),
    onWarning: (text) => void warnings.push(text),
    write: () => assert.fail("it writes"),
  });
  const a = change("a");
  await store.put("shop", a);
  assert.deepEqual(ids(await store.list("shop")), [a.id]);
  assert.equal(warnings.length, 1);
});

/** Steps of a write that a kill can come after. */
const STEPS = ["nothing", "an empty file", "half a file", "a whole file", "the rename"] as const;

Deno.test("openChangeStore() has each change whole or not at all after a kill at any write", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.nat({ max: 5 }),
      fc.constantFrom(...STEPS),
      async (count, killedAt, step) => {
        await using directory = await temporaryDirectory();
        const home = directory.at("history");
        const killed = Promise.withResolvers<void>();
        let writes = 0;
        const write = async (path: string, text: string): Promise<void> => {
          await Deno.mkdir(home, { recursive: true });
          const isLast = writes++ === killedAt;
          const depth = isLast ? STEPS.indexOf(step) : STEPS.length;
          const beside = `${path}.new`;
          if (depth >= 1) await Deno.writeTextFile(beside, "");
          if (depth >= 2) await Deno.writeTextFile(beside, text.slice(0, text.length / 2));
          if (depth >= 3) await Deno.writeTextFile(beside, text);
          if (depth >= 4) await Deno.rename(beside, path);
          if (!isLast) return;
          killed.resolve();
          await new Promise(() => {});
        };
        const changes = Array.from({ length: count }, () => change("a"));
        const store = openChangeStore({ directory: home, onWarning: assert.fail, write });
        const puts = Promise.all(changes.map((one) => store.put("shop", one)));
        await Promise.race([puts, killed.promise]);
        const again = openChangeStore({ directory: home, onWarning: assert.fail });
        const isKilled = killedAt < count;
        const written = isKilled ? killedAt + (step === "the rename" ? 1 : 0) : count;
        assert.deepEqual(ids(await again.list("shop")), ids(changes.slice(0, written)));
        // What the kill left is in nobody's way.
        const next = change("b");
        await again.put("shop", next);
        assert.equal((await again.list("shop")).at(-1)!.id, next.id);
        const names = (await Array.fromAsync(Deno.readDir(home))).map(({ name }) => name);
        assert.deepEqual(names, ["shop.jsonl"]);
      },
    ),
    { numRuns: 60 },
  );
});
