import assert from "node:assert/strict";
import { parseHandStop } from "../../lib/supervisor/hand_stop_file.ts";
import { type HandStops, openHandStops } from "../../lib/supervisor/hand_stops.ts";
import type { HandStop } from "../../lib/supervisor/state.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const NOON_MS = Date.parse("2026-03-01T12:00:00.000Z");
const stop: HandStop = { sinceMs: NOON_MS, page: "<p>soon" };

function open(directory: string): Promise<HandStops> {
  return openHandStops(directory, assert.fail);
}

Deno.test("openHandStops() remembers stops after a restart", async () => {
  await using directory = await temporaryDirectory();
  const stops = await open(directory.at("stopped"));
  await stops.add("a", stop);
  await stops.add("b", { sinceMs: NOON_MS, page: undefined });
  await stops.add("c", stop);
  await stops.end("c");
  await stops.end("unknown");
  const again = await open(directory.at("stopped"));
  const expected = new Map<string, HandStop>([["a", stop], ["b", {
    sinceMs: NOON_MS,
    page: undefined,
  }]]);
  assert.deepEqual(again.present, expected);
});

Deno.test("add() keeps the time of the first stop, and its page until there is another", async () => {
  await using directory = await temporaryDirectory();
  const stops = await open(directory.at("stopped"));
  await stops.add("a", stop);
  assert.deepEqual(await stops.add("a", { sinceMs: NOON_MS + 1, page: undefined }), stop);
  const other = { sinceMs: NOON_MS, page: "<p>late" };
  assert.deepEqual(await stops.add("a", { sinceMs: NOON_MS + 2, page: "<p>late" }), other);
  assert.deepEqual((await open(directory.at("stopped"))).present.get("a"), other);
});

Deno.test("add() and end() change nothing if they can't write", async () => {
  await using directory = await temporaryDirectory();
  const stops = await open(directory.at("stopped"));
  await stops.add("a", stop);
  // Root may write anywhere, but not into what is no directory.
  await Deno.rename(directory.at("stopped"), directory.at("aside"));
  await directory.write("stopped");
  const failed = { name: "HandStopError", message: /Nothing was changed\. .* and try again$/s };
  await assert.rejects(stops.add("b", stop), failed);
  await assert.rejects(stops.end("a"), failed);
  assert.deepEqual([...stops.present.keys()], ["a"]);
});

Deno.test("openHandStops() keeps a function stopped whose file is damaged", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("stopped/a.json", '{"since":');
  await Deno.utime(path, new Date(NOON_MS), new Date(NOON_MS));
  const warnings: string[] = [];
  const stops = await openHandStops(directory.at("stopped"), (text) => warnings.push(text));
  assert.deepEqual(stops.present.get("a"), { sinceMs: NOON_MS, page: undefined });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /a\.json": its content is not valid\. The function stays stopped/);
  await stops.add("a", stop);
  await stops.end("a");
  assert.equal((await open(directory.at("stopped"))).present.size, 0);
});

Deno.test("openHandStops() ignores what is no file of a function", async () => {
  await using directory = await temporaryDirectory();
  const content = '{"since":"2026-03-01T12:00:00.000Z"}';
  for (const name of ["a.json.new", ".hidden.json", "_shared.json", ".json", "no"]) {
    await directory.write(`stopped/${name}`, content);
  }
  await directory.write("elsewhere.json", content);
  await Deno.mkdir(directory.at("stopped/d.json"));
  await Deno.symlink(directory.at("elsewhere.json"), directory.at("stopped/l.json"));
  assert.deepEqual([...(await open(directory.at("stopped"))).present.keys()], []);
});

Deno.test("sweep() ends the stop of a folder that has been missing for a minute", async () => {
  await using directory = await temporaryDirectory();
  const stops = await open(directory.at("stopped"));
  await stops.add("a", stop);
  await stops.add("b", stop);
  const isPresent = (name: string): boolean => name === "b";
  await stops.sweep(isPresent, 0);
  await stops.sweep(isPresent, 59_000);
  // It was there for a moment.
  await stops.sweep(() => true, 59_500);
  await stops.sweep(isPresent, 60_000);
  await stops.sweep(isPresent, 119_999);
  assert.deepEqual([...stops.present.keys()], ["a", "b"]);
  await stops.sweep(isPresent, 120_000);
  assert.deepEqual([...stops.present.keys()], ["b"]);
  assert.deepEqual([...(await open(directory.at("stopped"))).present.keys()], ["b"]);
});

const damaged: readonly string[] = [
  "",
  "null",
  "[]",
  "{}",
  '{"since":"noon"}',
  '{"since":"2026-03-01T12:00:00.000Z","page":7}',
  '{"since":"2026-03-01T12:00:00.000Z","page":"a\\u0000b"}',
  '{"since":"2026-03-01T12:00:00.000Z","more":1}',
];

for (const text of damaged) {
  Deno.test(`parseHandStop() of ${text || "nothing"} is undefined`, () => {
    assert.equal(parseHandStop(text), undefined);
  });
}
