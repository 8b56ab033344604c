import assert from "node:assert/strict";
import { join } from "node:path";
import type { RecordCode } from "../../lib/isolation/code_recorder.ts";
import { CODE_DATABASES, LOG_SUFFIX } from "../../lib/sandbox/code_cache.ts";
import { ownDeno } from "../../lib/sandbox/deno_binary.ts";
import {
  openSharedCode,
  type SharedCode,
  type SharedCodeOptions,
} from "../../lib/supervisor/shared_code.ts";
import { CommandError } from "../../lib/system/run.ts";
import { eventually, within } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const DENO = ownDeno();

interface Opened extends AsyncDisposable {
  readonly shared: SharedCode;
  readonly warnings: readonly string[];
  /** Versions of the Denos whose code cache has been recorded. */
  readonly recorded: readonly string[];
}

const fill: RecordCode = async (_, { target }) => {
  for (const name of CODE_DATABASES) {
    await Deno.writeTextFile(join(target, name), "bytes");
    await Deno.writeTextFile(join(target, `${name}${LOG_SUFFIX}`), "");
  }
  return true;
};

function open(directory: TemporaryDirectory, options: Partial<SharedCodeOptions> = {}): Opened {
  const warnings: string[] = [];
  const recorded: string[] = [];
  const { record = fill, ...others } = options;
  const shared = openSharedCode({
    directory: directory.at("code"),
    record(deno, more) {
      recorded.push(deno.version);
      return record(deno, more);
    },
    isOn: () => true,
    starts: { isIdle: () => true },
    onWarning: (message) => void warnings.push(message),
    calmMs: 0,
    ...others,
  });
  const dispose = (): PromiseLike<void> => shared[Symbol.asyncDispose]();
  return { shared, warnings, recorded, [Symbol.asyncDispose]: dispose };
}

async function found({ shared }: Opened, deno = DENO): Promise<string> {
  let path: string | undefined;
  await eventually("it is recorded", async () => (path = await shared.find(deno)) !== undefined);
  return path!;
}

function entries(directory: TemporaryDirectory): string[] {
  return Array.from(Deno.readDirSync(directory.at("code")), ({ name }) => name);
}

Deno.test("find() records once for each Deno, and a later supervisor records nothing", async () => {
  await using directory = await temporaryDirectory();
  let path: string;
  {
    await using first = open(directory);
    assert.equal(await first.shared.find(DENO), undefined, "the first start does not wait");
    path = await found(first);
    assert.equal(await first.shared.find(DENO), path);
    const other = await directory.write("deno", "another program");
    assert.notEqual(await found(first, { path: other, version: "2.5.0" }), path);
    assert.deepEqual(first.recorded, [DENO.version, "2.5.0"]);
  }
  await using later = open(directory);
  later.shared.prepare(DENO);
  assert.equal(await later.shared.find(DENO), path);
  assert.deepEqual(later.recorded, []);
  assert.equal(entries(directory).length, 2);
});

Deno.test("find() uses no damaged code cache, and a new one replaces it", async () => {
  await using directory = await temporaryDirectory();
  {
    await using first = open(directory);
    const file = join(await found(first), CODE_DATABASES[0]!);
    await Deno.chmod(file, 0o644);
    await Deno.writeTextFile(file, "Bytes");
  }
  await directory.write("code/.new-of-a-killed-supervisor/file");
  await using later = open(directory);
  assert.equal(await later.shared.find(DENO), undefined);
  const path = await found(later);
  assert.deepEqual(later.recorded, [DENO.version]);
  assert.equal(await Deno.readTextFile(join(path, CODE_DATABASES[0]!)), "bytes");
  assert.equal(entries(directory).length, 1);
});

Deno.test("find() gives no code cache that was removed meanwhile", async () => {
  await using directory = await temporaryDirectory();
  await using first = open(directory);
  await Deno.remove(await found(first), { recursive: true });
  assert.equal(await first.shared.find(DENO), undefined);
  assert.deepEqual(first.recorded, [DENO.version], "it records once");
});

Deno.test("find() records nothing while functions start", async () => {
  await using directory = await temporaryDirectory();
  let looks = 0;
  await using opened: Opened = open(directory, {
    maxWaitMs: Infinity,
    starts: {
      isIdle() {
        assert.deepEqual(opened.recorded, []);
        return ++looks === 4;
      },
    },
  });
  await found(opened);
  assert.equal(looks, 4);
});

Deno.test("find() records at last although functions always start", async () => {
  await using directory = await temporaryDirectory();
  await using opened = open(directory, { maxWaitMs: 0, starts: { isIdle: () => false } });
  await found(opened);
});

Deno.test("find() records and uses nothing when it is off, or where there is no sandbox", async () => {
  await using directory = await temporaryDirectory();
  await found(open(directory));
  for (const options of [{ isOn: () => false }, { record: undefined }]) {
    await using off = openSharedCode({
      directory: directory.at("code"),
      record: fill,
      isOn: () => true,
      starts: { isIdle: () => true },
      onWarning: assert.fail,
      ...options,
    });
    off.prepare(DENO);
    assert.equal(await off.find(DENO), undefined);
  }
});

Deno.test("stop() ends a recording at once, and it leaves nothing", async () => {
  await using directory = await temporaryDirectory();
  const begun = Promise.withResolvers<void>();
  await using opened = open(directory, {
    record: (_, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        begun.resolve();
      }),
  });
  await opened.shared.find(DENO);
  await within(begun.promise, "the recording");
  opened.shared.stop();
  await opened[Symbol.asyncDispose]();
  assert.deepEqual(entries(directory), []);
  assert.deepEqual(opened.warnings, []);
  assert.equal(await opened.shared.find({ ...DENO, version: "2.5.0" }), undefined);
  assert.equal(opened.recorded.length, 1);
});

Deno.test("a recording that fails gives one warning, and leaves nothing", async () => {
  await using directory = await temporaryDirectory();
  await using opened = open(directory, {
    record: () => Promise.reject(new CommandError(["deno"], "exited with 1 (no space left)")),
  });
  for (const version of [DENO.version, "2.5.0"]) {
    await opened.shared.find({ ...DENO, version });
    await eventually("it has failed", () => {
      return opened.recorded.includes(version) && entries(directory).length === 0;
    });
    assert.equal(await opened.shared.find({ ...DENO, version }), undefined);
  }
  assert.equal(opened.warnings.length, 1);
  assert.match(
    opened.warnings[0]!,
    /^Cannot record .*: exited with 1 \(no space left\)\. Functions .* start more slowly\. Make sure/,
  );
});

Deno.test("a Deno with other databases gets no code cache, without a warning", async () => {
  await using directory = await temporaryDirectory();
  await using opened = open(directory, { record: () => Promise.resolve(false) });
  await opened.shared.find(DENO);
  await eventually("it is known", () => {
    return opened.recorded.length === 1 && entries(directory).length === 0;
  });
  assert.equal(await opened.shared.find(DENO), undefined);
  assert.deepEqual(opened.warnings, []);
});

Deno.test("a state directory without room gives one warning", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("code", "a file in the place of the directory");
  await using opened = open(directory);
  assert.equal(await opened.shared.find(DENO), undefined);
  await eventually("a warning", () => opened.warnings.length === 1);
  assert.equal(await opened.shared.find(DENO), undefined);
  assert.deepEqual(opened.recorded, []);
});
