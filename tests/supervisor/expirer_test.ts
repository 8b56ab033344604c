import assert from "node:assert/strict";
import { createExpirer } from "../../lib/supervisor/expirer.ts";
import { openExpiries, parseExpiries } from "../../lib/supervisor/expiries.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const NOON_MS = Date.parse("2026-03-01T12:00:00.000Z");
const DAY_MS = 86_400_000;

Deno.test("openExpiries() remembers times after a restart, and returns the one before", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("expiries/a.json");
  const expiries = await openExpiries(path, assert.fail);
  assert.equal(await expiries.set("shop", NOON_MS), undefined);
  assert.equal(await expiries.set("shop", NOON_MS + 1), NOON_MS);
  await expiries.set("other", NOON_MS);
  assert.equal(await expiries.set("other", undefined), NOON_MS);
  const again = await openExpiries(path, assert.fail);
  assert.deepEqual([...again.present], [["shop", NOON_MS + 1]]);
  await again.set("shop", undefined);
  assert.deepEqual([...(await openExpiries(path, assert.fail)).present], []);
});

Deno.test("openExpiries() changes nothing if it can't write, and warns of a damaged file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("a.json", "[1");
  const warnings: string[] = [];
  const damaged = await openExpiries(path, (warning) => warnings.push(warning));
  assert.equal(damaged.present.size, 0);
  assert.match(warnings.join(), /its content is not valid/);
  await Deno.remove(path);
  await Deno.mkdir(`${path}.new`);
  await assert.rejects(damaged.set("shop", NOON_MS));
  assert.equal(damaged.present.size, 0);
});

Deno.test("parseExpiries() refuses other content and names that are no functions", () => {
  for (
    const text of ["", "[]", "{", '{ "../x": "2026-03-01T12:00:00Z" }', '{ "a": "soon" }', "1"]
  ) {
    assert.equal(parseExpiries(text), undefined, text);
  }
  assert.equal(parseExpiries("{}")?.size, 0);
});

Deno.test("sweep() removes what has expired by the wall clock, also after a restart", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("functions/shop/index.ts", "");
  await directory.write("functions/kept/index.ts", "");
  const path = directory.at("expiries.json");
  await (await openExpiries(path, assert.fail)).set("shop", NOON_MS);
  await (await openExpiries(path, assert.fail)).set("kept", NOON_MS + 1);
  const expiries = await openExpiries(path, assert.fail);
  const removed: string[] = [];
  const purged: string[] = [];
  const said: string[] = [];
  const expirer = createExpirer({
    expiries,
    functionsDirectory: directory.at("functions"),
    onRemove: (name) => removed.push(name),
    async purge(name) {
      purged.push(name);
      await expiries.set(name, undefined);
    },
    onWarning: (message) => said.push(message),
  });
  await expirer.sweep(() => true, { wallMs: NOON_MS - 1, steadyMs: 0 });
  assert.deepEqual(removed, []);
  await expirer.sweep(() => true, { wallMs: NOON_MS, steadyMs: 0 });
  assert.deepEqual([removed, purged], [["shop"], ["shop"]]);
  assert.deepEqual(said, ["shop has expired, and was removed with its data and variables"]);
  assert.deepEqual(Array.from(Deno.readDirSync(directory.at("functions")), ({ name }) => name), [
    "kept",
  ]);
});

Deno.test("sweep() forgets a function whose folder has been missing for a minute", async () => {
  await using directory = await temporaryDirectory();
  const expiries = await openExpiries(directory.at("a.json"), assert.fail);
  const expirer = createExpirer({
    expiries,
    functionsDirectory: directory.path,
    onRemove: assert.fail,
    purge: () => assert.fail(),
    onWarning: assert.fail,
  });
  await expiries.set("shop", NOON_MS);
  const wallMs = NOON_MS + DAY_MS;
  await expirer.sweep(() => false, { wallMs, steadyMs: 0 });
  await expirer.sweep(() => false, { wallMs, steadyMs: 59_999 });
  assert.equal(expiries.present.size, 1);
  await expirer.sweep(() => false, { wallMs, steadyMs: 60_000 });
  assert.equal(expiries.present.size, 0);
});

Deno.test("sweep() tries again ten minutes after a removal that failed", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("shop/index.ts", "");
  const expiries = await openExpiries(directory.at("a.json"), assert.fail);
  await expiries.set("shop", NOON_MS);
  let tries = 0;
  const said: string[] = [];
  const expirer = createExpirer({
    expiries,
    functionsDirectory: directory.path,
    onRemove: () => tries++,
    purge: () => Promise.reject(new Error("read-only file system")),
    onWarning: (message) => said.push(message),
  });
  for (const steadyMs of [0, 1, 599_999, 600_000]) {
    await expirer.sweep(() => true, { wallMs: NOON_MS, steadyMs });
  }
  assert.equal(tries, 2);
  assert.match(
    said[0]!,
    /can't be removed: read-only file system\. To remove it: ddsrv remove shop$/,
  );
});

Deno.test("sweep() keeps a function whose time changes while it removes another one", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("old/index.ts", "");
  await directory.write("shop/index.ts", "");
  const expiries = await openExpiries(directory.at("a.json"), assert.fail);
  await expiries.set("old", NOON_MS);
  await expiries.set("shop", NOON_MS);
  const purged: string[] = [];
  const expirer = createExpirer({
    expiries,
    functionsDirectory: directory.path,
    onRemove: () => {},
    async purge(name) {
      purged.push(name);
      await expiries.set(name, undefined);
      await expiries.set("shop", NOON_MS + DAY_MS);
    },
    onWarning: () => {},
  });
  await expirer.sweep(() => true, { wallMs: NOON_MS, steadyMs: 0 });
  assert.deepEqual(purged, ["old"]);
  assert.equal((await Deno.stat(directory.at("shop"))).isDirectory, true);
});

Deno.test("sweep() leaves no folder behind when the data can't be removed", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("functions/shop/index.ts", "");
  const expiries = await openExpiries(directory.at("a.json"), assert.fail);
  await expiries.set("shop", NOON_MS);
  const expirer = createExpirer({
    expiries,
    functionsDirectory: directory.at("functions"),
    onRemove: () => {},
    purge: () => Promise.reject(new Error("no space left on device")),
    onWarning: () => {},
  });
  await expirer.sweep(() => true, { wallMs: NOON_MS, steadyMs: 0 });
  assert.deepEqual(Array.from(Deno.readDirSync(directory.at("functions"))), []);
});

Deno.test("sweep() says every ten minutes that the time of a missing function stays", async () => {
  await using directory = await temporaryDirectory();
  const said: string[] = [];
  const expirer = createExpirer({
    expiries: {
      present: new Map([["shop", NOON_MS + DAY_MS]]),
      set: () => Promise.reject(new Error("no space left on device")),
    },
    functionsDirectory: directory.path,
    onRemove: assert.fail,
    purge: () => assert.fail(),
    onWarning: (message) => said.push(message),
  });
  for (const steadyMs of [0, 60_000, 90_000, 659_999, 660_000]) {
    await expirer.sweep(() => false, { wallMs: NOON_MS, steadyMs });
  }
  assert.equal(said.length, 2);
  assert.match(said[0]!, /^shop: its folder is gone, and its time of expiry stays: no space left/);
});
