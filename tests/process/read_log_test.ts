import assert from "node:assert/strict";
import { formatLogRecord, type LogRecord } from "../../lib/process/log_record.ts";
import { endOfLog, followRecords, readLastRecords } from "../../lib/process/read_log.ts";
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

Deno.test("readLastRecords() gives the last ones, the oldest first, over rotations", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(7, 9)));
  await directory.write("f.log.1", textOf(range(4, 6)));
  await directory.write("f.log.2", textOf(range(1, 3)));
  for (const [count, from] of [[1, 9], [3, 7], [4, 6], [6, 4], [9, 1], [99, 1]] as const) {
    assert.deepEqual(await readLastRecords(path, count), range(from, 9), String(count));
  }
  assert.deepEqual(await readLastRecords(path, 0), []);
});

Deno.test("readLastRecords() ends at the first rotation that is missing", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(7, 9)));
  await directory.write("f.log.2", textOf(range(1, 3)));
  assert.deepEqual(await readLastRecords(path, 99), range(7, 9));
  assert.deepEqual(await readLastRecords(directory.at("none.log"), 5), []);
});

Deno.test("readLastRecords() reads no more of a long file than it must, and nothing wrong", async () => {
  await using directory = await temporaryDirectory();
  const records = Array.from({ length: 5_000 }, (_, index) => record(index, `é${"x".repeat(40)}`));
  const path = await directory.write("f.log", textOf(records));
  assert.ok((await Deno.stat(path)).size > 5 * 64 * 1024);
  for (const count of [1, 900, 901, 1_000, 4_999, 5_000, 6_000]) {
    assert.deepEqual(await readLastRecords(path, count), records.slice(-count), String(count));
  }
});

Deno.test("readLastRecords() reads a record that is longer than a piece of the file", async () => {
  await using directory = await temporaryDirectory();
  const records = [record(1), record(2, "é".repeat(200_000)), record(3)];
  const path = await directory.write("f.log", textOf(records));
  assert.deepEqual(await readLastRecords(path, 2), records.slice(1));
});

Deno.test("readLastRecords() passes over what is no record, and misses none for it", async () => {
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

Deno.test("readLastRecords() reads a last line without its end, and an empty file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(1, 3)).trimEnd());
  assert.deepEqual(await readLastRecords(path, 2), range(2, 3));
  assert.deepEqual(await readLastRecords(await directory.write("e.log"), 2), []);
});

/** Follows a log; `next` gives the record that comes next. */
function follow(path: string): AsyncDisposable & { next: () => Promise<LogRecord | undefined> } {
  const abort = new AbortController();
  const records = followRecords(path, { signal: abort.signal });
  return {
    next: async () => (await records.next()).value ?? undefined,
    async [Symbol.asyncDispose]() {
      abort.abort();
      assert.equal((await records.next()).done, true);
    },
  };
}

async function append(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { append: true });
}

/** Gives a follower the time to reach the end of what is there. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}

Deno.test("followRecords() gives what is added, and not what was there", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(1, 3)));
  await using followed = follow(path);
  const next = followed.next();
  await settle();
  await append(path, textOf(range(4, 5)));
  assert.deepEqual(await next, record(4));
  assert.deepEqual(await followed.next(), record(5));
});

Deno.test("followRecords() waits for a file that is not there yet, and gives all of it", async () => {
  await using directory = await temporaryDirectory();
  await using followed = follow(directory.at("f.log"));
  const next = followed.next();
  await settle();
  await directory.write("f.log", textOf(range(1, 2)));
  assert.deepEqual(await next, record(1));
  assert.deepEqual(await followed.next(), record(2));
});

Deno.test("followRecords() gives a record once, when its end is there", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log");
  await using followed = follow(path);
  const next = followed.next();
  await settle();
  const bytes = new TextEncoder().encode(textOf([record(1, "é👋")]));
  for (const end of [30, bytes.length - 3, bytes.length]) {
    const begin = { 30: 0, [bytes.length - 3]: 30 }[end] ?? bytes.length - 3;
    await Deno.writeFile(path, bytes.subarray(begin, end), { append: true });
    await settle();
  }
  assert.deepEqual(await next, record(1, "é👋"));
});

Deno.test("followRecords() goes over a rotation without a gap", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log");
  await using followed = follow(path);
  const next = followed.next();
  await settle();
  await append(path, textOf(range(1, 2)));
  await Deno.rename(path, directory.at("f.log.1"));
  await directory.write("f.log", textOf(range(3, 4)));
  assert.deepEqual(await next, record(1));
  for (const index of [2, 3, 4]) assert.deepEqual(await followed.next(), record(index));
});

Deno.test("followRecords() ends when the signal aborts", async () => {
  await using directory = await temporaryDirectory();
  const abort = new AbortController();
  const records = followRecords(await directory.write("f.log"), { signal: abort.signal });
  const next = records.next();
  abort.abort();
  assert.deepEqual(await next, { done: true, value: undefined });
});

Deno.test("followRecords() goes on exactly where readLastRecords() ended", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("a.log", textOf(range(0, 4)));
  const until = await endOfLog(path);
  await Deno.writeTextFile(path, textOf(range(5, 6)), { append: true });
  assert.deepEqual(await readLastRecords(path, 2, until), range(3, 4));
  const abort = new AbortController();
  const followed: LogRecord[] = [];
  for await (const one of followRecords(path, { signal: abort.signal, from: until })) {
    if (followed.push(one) === 2) abort.abort();
  }
  assert.deepEqual(followed, range(5, 6));
  assert.equal(await endOfLog(directory.at("none.log")), undefined);
});
