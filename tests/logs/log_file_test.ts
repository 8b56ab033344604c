import assert from "node:assert/strict";
import { type LogFileOptions, logFilePath, openLogFile } from "../../lib/logs/log_file.ts";
import { type LogRecord, parseLogRecord } from "../../lib/logs/log_record.ts";
import { eventually, within } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const time = "2024-12-15T11:06:22.074Z";

function record(text: string): LogRecord {
  return { time, stream: "stdout", text, isPartial: false };
}

interface Log {
  /** Writes texts, each after the previous one is on disk. */
  readonly write: (...texts: string[]) => Promise<void>;
  readonly warnings: readonly string[];
}

/** A log that is opened again for each record. */
function logOf(options: Partial<LogFileOptions> & { directory: string }): Log {
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  const all = { name: "f", format: "cri" as const, onWarning, ...options };
  return {
    warnings,
    async write(...texts) {
      for (const text of texts) {
        await using log = openLogFile(all);
        log.write(record(text));
      }
    },
  };
}

/** Texts in the file at `path`. */
async function textsOf(path: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  return lines.map((line) => parseLogRecord(line)!.text);
}

function ageOf(name: string): number {
  return Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);
}

async function namesIn(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name).sort();
}

Deno.test("openLogFile() creates its directory and appends in order across restarts", async () => {
  await using directory = await temporaryDirectory();
  const logs = directory.at("deep/logs");
  const texts = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  {
    await using log = openLogFile({
      directory: logs,
      name: "f",
      format: "cri",
      onWarning: assert.fail,
    });
    for (const text of texts) log.write(record(text));
  }
  await logOf({ directory: logs }).write("after");
  const path = logFilePath(logs, "f");
  assert.equal(path, directory.at("deep/logs/f.log"));
  assert.deepEqual(await textsOf(path), [...texts, "after"]);
  assert.equal((await Deno.stat(path)).mode! & 0o007, 0);
});

Deno.test("openLogFile() writes Docker's format", async () => {
  await using directory = await temporaryDirectory();
  await logOf({ directory: directory.path, format: "docker" }).write("text");
  assert.equal(
    await Deno.readTextFile(directory.at("f.log")),
    `{"log":"text\\n","stream":"stdout","time":"${time}"}\n`,
  );
});

Deno.test("openLogFile() rotates a full file and keeps maxFiles files", async () => {
  await using directory = await temporaryDirectory();
  const log = logOf({ directory: directory.path, maxBytes: 80, maxFiles: 3 });
  // Two records of 35 bytes fill a file.
  await log.write("1", "2", "3", "4", "5");
  assert.deepEqual(await namesIn(directory.path), ["f.log", "f.log.1", "f.log.2"]);
  assert.deepEqual(await textsOf(directory.at("f.log")), ["5"]);
  assert.deepEqual(await textsOf(directory.at("f.log.1")), ["3", "4"]);
  assert.deepEqual(await textsOf(directory.at("f.log.2")), ["1", "2"]);
  await log.write("6", "7");
  assert.deepEqual(await namesIn(directory.path), ["f.log", "f.log.1", "f.log.2"]);
  assert.deepEqual(await textsOf(directory.at("f.log")), ["7"]);
  assert.deepEqual(await textsOf(directory.at("f.log.1")), ["5", "6"]);
  assert.deepEqual(await textsOf(directory.at("f.log.2")), ["3", "4"]);
  assert.deepEqual(log.warnings, []);
});

Deno.test("openLogFile() counts bytes, and rotates only between records", async () => {
  await using directory = await temporaryDirectory();
  const maxBytes = 1_000;
  const texts = Array.from({ length: 40 }, (_, index) => `${index}${"é".repeat(60)}`);
  {
    await using log = openLogFile({
      directory: directory.path,
      name: "f",
      format: "cri",
      maxBytes,
      maxFiles: 50,
      onWarning: assert.fail,
    });
    for (const text of texts) log.write(record(text));
  }
  const files = (await namesIn(directory.path)).sort((a, b) => ageOf(b) - ageOf(a));
  assert.ok(files.length >= 7, files.join());
  const found: string[] = [];
  for (const name of files) {
    const { size } = await Deno.stat(directory.at(name));
    assert.ok(size <= maxBytes, `${name} has ${size} bytes`);
    found.push(...await textsOf(directory.at(name)));
  }
  assert.deepEqual(found, texts);
});

Deno.test("openLogFile() writes a record above maxBytes to its own file", async () => {
  await using directory = await temporaryDirectory();
  const log = logOf({ directory: directory.path, maxBytes: 80 });
  await log.write("1", "x".repeat(200), "2");
  assert.deepEqual(await textsOf(directory.at("f.log")), ["2"]);
  assert.deepEqual(await textsOf(directory.at("f.log.1")), ["x".repeat(200)]);
  assert.deepEqual(await textsOf(directory.at("f.log.2")), ["1"]);
});

Deno.test("openLogFile() removes files above a lowered maxFiles", async () => {
  await using directory = await temporaryDirectory();
  await logOf({ directory: directory.path, maxBytes: 1, maxFiles: 9 }).write(..."123456");
  assert.equal((await namesIn(directory.path)).length, 6);
  await logOf({ directory: directory.path, maxBytes: 1, maxFiles: 2 }).write("7");
  assert.deepEqual(await namesIn(directory.path), ["f.log", "f.log.1"]);
});

Deno.test("openLogFile() follows a link, and rotates the link when its file is full", async () => {
  await using directory = await temporaryDirectory();
  await Deno.mkdir(directory.at("logs"));
  await Deno.symlink(directory.at("elsewhere"), directory.at("logs/f.log"));
  const log = logOf({ directory: directory.at("logs"), maxBytes: 80 });
  await log.write("1", "2", "3");
  assert.deepEqual(await textsOf(directory.at("elsewhere")), ["1", "2"]);
  assert.ok((await Deno.lstat(directory.at("logs/f.log.1"))).isSymlink);
  assert.ok((await Deno.lstat(directory.at("logs/f.log"))).isFile);
});

Deno.test("openLogFile() rejects links in a directory that other users can write to", async () => {
  for (const make of [Deno.symlink, Deno.link]) {
    await using directory = await temporaryDirectory();
    await directory.write("elsewhere");
    await Deno.mkdir(directory.at("logs"));
    await make(directory.at("elsewhere"), directory.at("logs/f.log"));
    await Deno.chmod(directory.at("logs"), 0o777);
    const log = logOf({ directory: directory.at("logs") });
    await log.write("1");
    assert.match(
      log.warnings[0]!,
      /\/logs\/f\.log": It is a link in a directory that other users can/,
    );
    assert.equal(await Deno.readTextFile(directory.at("elsewhere")), "");
  }
});

Deno.test("openLogFile() rejects a pipe without waiting for a reader", async () => {
  await using directory = await temporaryDirectory();
  const { success } = await new Deno.Command("mkfifo", { args: [directory.at("f.log")] }).output();
  assert.ok(success);
  const log = logOf({ directory: directory.path });
  await log.write("1");
  assert.match(log.warnings[0]!, /It is neither a file nor \/dev\/null\. Dropping log lines/);
});

Deno.test("openLogFile() rotates even if files in between are missing", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f.log.2", "old\n");
  await logOf({ directory: directory.path, maxBytes: 1, maxFiles: 4 }).write("1", "2");
  assert.deepEqual(await namesIn(directory.path), ["f.log", "f.log.1", "f.log.3"]);
});

Deno.test("openLogFile() counts lines that it cannot write, and reports them later", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("logs", "a file where the directory should be");
  const warnings: string[] = [];
  const first = Promise.withResolvers<void>();
  const recovered = Promise.withResolvers<void>();
  await using log = openLogFile({
    directory: path,
    name: "f",
    format: "cri",
    onWarning(message) {
      warnings.push(message);
      (warnings.length === 1 ? first : recovered).resolve();
    },
  });
  log.write(record("lost 1"));
  await first.promise;
  log.write(record("lost 2"));
  // These two are queued behind the one before, and written together.
  log.write(record("lost 3"));
  log.write(record("lost 4"));
  await log[Symbol.asyncDispose]();
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0]!,
    /^Log of "f": cannot write ".*\/logs\/f\.log": .+\. Dropping log lines/,
  );

  await Deno.remove(path);
  log.write(record("kept 1"));
  await recovered.promise;
  log.write(record("kept 2"));
  await log[Symbol.asyncDispose]();
  assert.deepEqual(warnings.slice(1), ['Log of "f": writing again; 4 lines were dropped']);
  assert.deepEqual(await textsOf(directory.at("logs/f.log")), [
    "ddsrv: 4 lines could not be written here",
    "kept 1",
    "kept 2",
  ]);
});

Deno.test("openLogFile() drops and counts lines if the disk is too slow", async () => {
  await using directory = await temporaryDirectory();
  const warnings: string[] = [];
  const recovered = Promise.withResolvers<void>();
  await using log = openLogFile({
    directory: directory.path,
    name: "f",
    format: "cri",
    onWarning(message) {
      warnings.push(message);
      if (message.includes("again")) recovered.resolve();
    },
  });
  // All in one turn of the event loop: the first record is being written, and up to
  // four more MiB are queued.
  const mebibyte = "x".repeat(1024 * 1024);
  for (let index = 0; index < 10; index++) log.write(record(`${index}${mebibyte}`));
  await log[Symbol.asyncDispose]();
  log.write(record("last"));
  await recovered.promise;
  await log[Symbol.asyncDispose]();
  const texts = await textsOf(directory.at("f.log"));
  const kept = texts.filter((text) => text.endsWith("x"));
  const lost = 10 - kept.length;
  assert.deepEqual(kept.map((text) => text[0]), ["0", "1", "2", "3", "4"].slice(0, kept.length));
  assert.ok(lost >= 5, `${lost} were lost`);
  assert.ok(texts.includes(`ddsrv: ${lost} lines could not be written here`));
  assert.equal(texts.at(-1), "last");
  assert.equal(warnings.at(-1), `Log of "f": writing again; ${lost} lines were dropped`);
});

Deno.test("openLogFile() asks writers to wait while much is queued, also if writing fails", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("place", "a file is no directory");
  for (const place of ["logs", "place"]) {
    await using log = openLogFile({
      directory: directory.at(place),
      name: "f",
      format: "cri",
      onWarning: () => {},
    });
    const large = record("x".repeat(700 * 1024));
    // The first one is being written.
    const waits = [large, large, large, record("small")].map((one) => log.write(one));
    assert.deepEqual(waits.map((one) => one !== undefined), [false, false, true, true]);
    await within(Promise.all(waits), `room in the log in ${place}`);
    assert.equal(log.write(record("last")), undefined);
  }
});

Deno.test("openLogFile() is idle when all is written, but not while it has lines to report", async () => {
  await using directory = await temporaryDirectory();
  const said: string[] = [];
  await using log = openLogFile({
    directory: directory.at("logs"),
    name: "f",
    format: "cri",
    onWarning: (message) => said.push(message),
    onIdle: () => said.push("idle"),
  });
  log.write(record("1"));
  log.write(record("2"));
  await eventually("all is written", () => said.length > 0);
  assert.deepEqual(said, ["idle"]);
  assert.deepEqual(await textsOf(directory.at("logs/f.log")), ["1", "2"]);
  await Deno.remove(directory.at("logs"), { recursive: true });
  await directory.write("logs", "no directory");
  log.write(record("3"));
  await eventually("a warning", () => said.length > 1);
  await log[Symbol.asyncDispose]();
  assert.equal(said.includes("idle", 1), false);
});
