import assert from "node:assert/strict";
import { followLog } from "../../lib/logs/follow_log.ts";
import { openLogChain } from "../../lib/logs/log_chain.ts";
import { formatLogRecord, type LogRecord } from "../../lib/logs/log_record.ts";
import { endOfLines } from "../../lib/logs/read_log.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

function record(index: number, text = `line ${index}`): LogRecord {
  return { time: new Date(index * 1_000).toISOString(), stream: "stdout", text, isPartial: false };
}

function range(from: number, to: number): LogRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => record(from + index));
}

function textOf(records: readonly LogRecord[]): string {
  return records.map((one) => formatLogRecord(one, "cri")).join("");
}

async function append(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { append: true });
}

/** Rotates the files of a log as its writer does. */
async function rotate(path: string, maxFiles = 5): Promise<void> {
  for (let age = maxFiles - 1; age >= 1; age--) {
    await Deno.rename(age === 1 ? path : `${path}.${age - 1}`, `${path}.${age}`).catch(() => {});
  }
}

interface Follower extends Disposable {
  /** Everything added since the last call. */
  readonly next: () => Promise<LogRecord[]>;
}

/** Follows a log from its current end. */
async function follow(path: string, onForeign?: () => void): Promise<Follower> {
  const chain = await openLogChain(path);
  const from = chain === undefined ? 0 : await endOfLines(chain);
  const log = followLog(path, { chain, from, ...(onForeign && { onForeign }) });
  return {
    next: async () => (await Array.fromAsync(log.added())).flat(),
    [Symbol.dispose]: log[Symbol.dispose],
  };
}

Deno.test("followLog() returns added records once, and no earlier ones", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(1, 3)));
  using log = await follow(path);
  assert.deepEqual(await log.next(), []);
  await append(path, textOf(range(4, 5)));
  assert.deepEqual(await log.next(), range(4, 5));
  assert.deepEqual(await log.next(), []);
});

Deno.test("followLog() waits for a file that does not exist yet, and returns all of it", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("f.log");
  using log = await follow(path);
  assert.deepEqual(await log.next(), []);
  await directory.write("f.log", textOf(range(2, 3)));
  await directory.write("f.log.1", textOf([record(1)]));
  assert.deepEqual(await log.next(), range(1, 3));
});

Deno.test("followLog() returns a record when its line feed arrives", async () => {
  await using directory = await temporaryDirectory();
  const bytes = new TextEncoder().encode(textOf([record(1, "é👋")]));
  const path = directory.at("f.log");
  await Deno.writeFile(path, bytes.subarray(0, 30));
  using log = await follow(path);
  for (const [from, to] of [[30, -3], [-3, -1]]) {
    await Deno.writeFile(path, bytes.subarray(from, to), { append: true });
    assert.deepEqual(await log.next(), []);
  }
  await append(path, "\n");
  assert.deepEqual(await log.next(), [record(1, "é👋")]);
});

for (const rotations of [1, 2, 3]) {
  Deno.test(`followLog() reads across ${rotations} rotations at once without a gap`, async () => {
    await using directory = await temporaryDirectory();
    const path = await directory.write("f.log", textOf([record(0)]));
    await directory.write("f.log.1", textOf([record(99)]));
    using log = await follow(path);
    await append(path, textOf([record(1)]));
    for (let rotation = 1; rotation <= rotations; rotation++) {
      await rotate(path);
      await append(path, textOf([record(rotation + 1)]));
    }
    assert.deepEqual(await log.next(), range(1, rotations + 1));
    await append(path, textOf([record(7)]));
    assert.deepEqual(await log.next(), [record(7)]);
  });
}

Deno.test("followLog() reads the remaining files after more rotations than are kept", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf([record(0)]));
  using log = await follow(path);
  for (let index = 1; index <= 9; index++) {
    await rotate(path, 3);
    await append(path, textOf([record(index)]));
  }
  assert.deepEqual(await log.next(), range(7, 9));
});

Deno.test("followLog() waits between a rotation and the next file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log");
  using log = await follow(path);
  await append(path, textOf([record(1)]));
  await rotate(path);
  assert.deepEqual(await log.next(), [record(1)]);
  assert.deepEqual(await log.next(), []);
  await append(path, textOf([record(2)]));
  assert.deepEqual(await log.next(), [record(2)]);
});

Deno.test("followLog() does not read older files again when the current one is removed", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf([record(2)]));
  await directory.write("f.log.1", textOf([record(1)]));
  using log = await follow(path);
  await Deno.remove(path);
  assert.deepEqual(await log.next(), []);
  await append(path, textOf([record(3)]));
  assert.deepEqual(await log.next(), [record(3)]);
});

Deno.test("followLog() starts again in a truncated file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log", textOf(range(1, 9)));
  using log = await follow(path);
  await Deno.truncate(path);
  assert.deepEqual(await log.next(), []);
  await append(path, textOf([record(10)]));
  assert.deepEqual(await log.next(), [record(10)]);
});

Deno.test("followLog() reports lines that are not records", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("f.log");
  let foreign = 0;
  using log = await follow(path, () => foreign++);
  await append(path, `what\n${textOf([record(1)])}\n`);
  assert.deepEqual(await log.next(), [record(1)]);
  assert.equal(foreign, 1);
});
