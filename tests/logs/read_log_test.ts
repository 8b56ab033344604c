import assert from "node:assert/strict";
import { readLastRecords } from "../../lib/logs/last_records.ts";
import { formatLogRecord, type LogRecord } from "../../lib/logs/log_record.ts";
import { openLogChain } from "../../lib/logs/log_chain.ts";
import { readRecords } from "../../lib/logs/read_log.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

function record(index: number, text = `line ${index}`): LogRecord {
  const time = new Date(index * 1_000).toISOString();
  return { time, stream: "stdout", text, isPartial: false };
}

function range(from: number, to: number): LogRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => record(from + index));
}

function textOf(records: readonly LogRecord[]): string {
  return records.map((one) => formatLogRecord(one, "cri")).join("");
}

Deno.test("readLastRecords() returns the last records across rotations, the oldest first", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(7, 9)));
  await directory.write("f.log.1", textOf(range(4, 6)));
  await directory.write("f.log.2", textOf(range(1, 3)));
  for (const [count, from] of [[1, 9], [3, 7], [4, 6], [6, 4], [9, 1], [99, 1]] as const) {
    assert.deepEqual(await readLastRecords(path, count), range(from, 9), String(count));
  }
  assert.deepEqual(await readLastRecords(path, 0), []);
});

Deno.test("readLastRecords() stops at the first missing rotated file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(7, 9)));
  await directory.write("f.log.2", textOf(range(1, 3)));
  assert.deepEqual(await readLastRecords(path, 99), range(7, 9));
  assert.deepEqual(await readLastRecords(directory.at("none.log"), 5), []);
});

Deno.test("readLastRecords() reads only the end of a long file", async () => {
  await using directory = await temporaryDirectory();
  const records = Array.from({ length: 5_000 }, (_, index) => record(index, `é${"x".repeat(40)}`));
  const path = await directory.write("f.log", textOf(records));
  assert.ok((await Deno.stat(path)).size > 5 * 64 * 1024);
  for (const count of [1, 900, 901, 1_000, 4_999, 5_000, 6_000]) {
    assert.deepEqual(await readLastRecords(path, count), records.slice(-count), String(count));
  }
});

Deno.test("readLastRecords() reads a record longer than one read", async () => {
  await using directory = await temporaryDirectory();
  const records = [record(1), record(2, "é".repeat(200_000)), record(3)];
  const path = await directory.write("f.log", textOf(records));
  assert.deepEqual(await readLastRecords(path, 2), records.slice(1));
});

Deno.test("readLastRecords() skips lines that are not records", async () => {
  await using directory = await temporaryDirectory();
  const foreign = `${"not a record\n".repeat(10)}`;
  const records = range(1, 20_000);
  const text = records.map((one) => foreign + textOf([one])).join("");
  const path = await directory.write("f.log", text);
  await directory.write("f.log.1", textOf([record(0)]));
  for (const count of [1, 1_000, 20_000]) {
    assert.deepEqual(await readLastRecords(path, count), records.slice(-count), String(count));
  }
  assert.deepEqual((await readLastRecords(path, 20_001))[0], record(0));
});

Deno.test("readLastRecords() reads a last line without line feed, and an empty file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(1, 3)).trimEnd());
  assert.deepEqual(await readLastRecords(path, 2), range(2, 3));
  assert.deepEqual(await readLastRecords(await directory.write("e.log"), 2), []);
});

Deno.test("readLastRecords() finds any range of time across rotations", async () => {
  await using directory = await temporaryDirectory();
  const records = Array.from({ length: 9_000 }, (_, index) => record(index, "x".repeat(80)));
  const path = await directory.write("f.log", textOf(records.slice(6_000)));
  await directory.write("f.log.1", textOf(records.slice(3_000, 6_000)));
  await directory.write("f.log.2", textOf(records.slice(0, 3_000)));
  const spans: readonly [from: number, to: number][] = [
    [0, 0],
    [0, 8_999],
    [1, 2],
    [2_999, 3_000],
    [4_321, 4_321],
    [5_999, 8_000],
    [8_999, 8_999],
  ];
  for (const [from, to] of spans) {
    const selection = { sinceMs: from * 1_000, untilMs: to * 1_000 };
    const expected = records.slice(from, to + 1);
    assert.deepEqual(
      await readLastRecords(path, Infinity, selection),
      expected,
      `${from} to ${to}`,
    );
    assert.deepEqual(
      await readLastRecords(path, 2, selection),
      expected.slice(-2),
      `${from} to ${to}`,
    );
  }
  assert.deepEqual(await readLastRecords(path, 9, { sinceMs: 9_000_000 }), []);
  assert.deepEqual(await readLastRecords(path, 9, { untilMs: -1 }), []);
  assert.deepEqual(await readLastRecords(path, 1, { untilMs: 1_500 }), [records[1]]);
});

Deno.test("readLastRecords() counts selected lines only", async () => {
  await using directory = await temporaryDirectory();
  const records = Array.from({ length: 9_000 }, (_, index) => record(index));
  const path = await directory.write("f.log", textOf(records.slice(5_000)));
  await directory.write("f.log.1", textOf(records.slice(0, 5_000)));
  const selection = { pattern: /00$/ };
  assert.deepEqual(
    await readLastRecords(path, 3, selection),
    [8_700, 8_800, 8_900].map((n) => record(n)),
  );
  assert.equal((await readLastRecords(path, 60, selection)).length, 60);
  assert.equal((await readLastRecords(path, 1_000, selection)).length, 89);
  assert.deepEqual(await readLastRecords(path, 5, { pattern: /^line 7$/ }), [record(7)]);
  assert.deepEqual(await readLastRecords(path, 5, { stream: "stderr" }), []);
});

Deno.test("readLastRecords() reads a log whose times are out of order", async () => {
  await using directory = await temporaryDirectory();
  const records = [5, 4, 9, 1, 7].map((index) => record(index));
  const path = await directory.write("f.log", textOf(records));
  assert.deepEqual(await readLastRecords(path, 3), records.slice(-3));
  assert.deepEqual(
    await readLastRecords(path, Infinity, { sinceMs: 5_000 }),
    [5, 9, 7].map((n) => record(n)),
  );
});

Deno.test("readRecords() reads CRLF lines, and reports each line that is not a record", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(1, 2)).replaceAll("\n", "\r\n"));
  assert.deepEqual(await readLastRecords(path, 9), range(1, 2));
  const binary = new Uint8Array(300_000).map((_, index) => index * 7);
  await Deno.writeFile(path, binary);
  await Deno.writeTextFile(path, `\n${textOf([record(3)])}`, { append: true });
  using chain = (await openLogChain(path))!;
  let foreign = 0;
  const onForeign = (): void => void foreign++;
  const stretch = { from: chain.begin, to: 0 };
  const batches = await Array.fromAsync(readRecords(chain, stretch, { onForeign }));
  assert.deepEqual(batches.flat(), [record(3)]);
  assert.equal(foreign, binary.filter((byte) => byte === 10).length + 1);
});

Deno.test("openLogChain() rejects a pipe and a directory without waiting", async () => {
  await using directory = await temporaryDirectory();
  const { success } = await new Deno.Command("mkfifo", { args: [directory.at("p.log")] }).output();
  assert.ok(success);
  await Deno.mkdir(directory.at("d.log"));
  for (const name of ["p.log", "d.log"]) {
    await assert.rejects(openLogChain(directory.at(name)), { message: "It is not a file" });
  }
});

Deno.test("openLogChain() keeps reading files that are renamed or removed", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(5, 6)));
  await directory.write("f.log.1", textOf(range(3, 4)));
  await directory.write("f.log.2", textOf(range(1, 2)));
  using chain = (await openLogChain(path))!;
  for (const age of [2, 1]) await Deno.rename(`${path}.${age}`, `${path}.${age + 1}`);
  await Deno.rename(path, `${path}.1`);
  while (await chain.extend());
  await Deno.remove(`${path}.3`);
  const batches = await Array.fromAsync(readRecords(chain, { from: chain.begin, to: 0 }));
  assert.deepEqual(batches.flat(), range(1, 6));
});
