import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultPermissions } from "../../lib/config/permissions.ts";
import type { CollectedCode } from "../../lib/isolation/collect_code.ts";
import { CODE_DATABASES } from "../../lib/sandbox/code_cache.ts";
import type { DenoBinary } from "../../lib/sandbox/deno_binary.ts";
import {
  type CodeStart,
  type KeptCode,
  type KeptCodeOptions,
  openKeptCode,
} from "../../lib/supervisor/kept_code.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const START: CodeStart = {
  name: "a",
  revision: "r1",
  moduleOptions: { entry: "index.ts", importMap: undefined, allowImport: [], nodeModules: "none" },
  policy: { permissions: defaultPermissions, memoryBytes: 2 ** 29, writable: [] },
  hasDependencies: true,
};

const RECORD = { type: "record", template: "/template" };

interface Opened {
  readonly kept: KeptCode;
  readonly warnings: string[];
  readonly run: (start: CodeStart) => Promise<void>;
}

async function open(
  directory: TemporaryDirectory,
  { result = { type: "copied" }, ...options }: Partial<KeptCodeOptions> & {
    result?: CollectedCode;
  } = {},
): Promise<Opened> {
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  const kept = await openKeptCode({
    directory: directory.at("code"),
    templates: { of: () => Promise.resolve("/template") },
    neededRevisions: () => [],
    onWarning,
    looksMs: [0],
    async collect({ target }) {
      await Deno.writeTextFile(join(target, CODE_DATABASES[0]!), "bytes");
      return result;
    },
    ...options,
  });
  const { signal } = new AbortController();
  return { kept, warnings, run: (start) => kept.collect(start, { pid: 1, onWarning, signal }) };
}

Deno.test("openKeptCode() gives a code cache only to the start that recorded it", async () => {
  await using directory = await temporaryDirectory();
  const { kept, run } = await open(directory);
  assert.deepEqual(await kept.choose(START), RECORD);
  await run(START);
  // Also after a restart of the supervisor.
  const again = (await open(directory)).kept;
  for (const one of [kept, again]) assert.equal((await one.choose(START))?.type, "kept");
  const { moduleOptions, policy } = START;
  const others: Partial<CodeStart>[] = [
    { name: "b" },
    { revision: "r2" },
    { moduleOptions: { ...moduleOptions, deno: { path: Deno.execPath(), version: "9.9.9" } } },
    { moduleOptions: { ...moduleOptions, nodeModules: "manual" } },
    { policy: { ...policy, memoryBytes: 2 ** 30 } },
  ];
  for (const other of others) assert.deepEqual(await kept.choose({ ...START, ...other }), RECORD);
  assert.equal((await Deno.stat(directory.at("code"))).mode! & 0o777, 0o700);
  await kept.forget("a");
  await kept.forget("unknown");
  assert.deepEqual(await kept.choose(START), RECORD);
});

Deno.test("openKeptCode() gives none where it is not safe, or without a sandbox", async () => {
  await using directory = await temporaryDirectory();
  const { kept } = await open(directory);
  const policy = { ...START.policy, permissions: { ...defaultPermissions, write: true } };
  assert.equal(await kept.choose({ ...START, policy }), undefined);
  assert.equal(
    await (await open(directory, { templates: undefined })).kept.choose(START),
    undefined,
  );
});

Deno.test("openKeptCode() keeps nothing that is too large or unusable, and does not try again", async () => {
  const cases: [CollectedCode, RegExp | undefined][] = [
    [{ type: "large", bytes: 70 * 1024 ** 2 }, /^The code cache has 70 MiB, .* at most 64/],
    [{ type: "unusable" }, undefined],
  ];
  for (const [result, warning] of cases) {
    await using directory = await temporaryDirectory();
    const { kept, run, warnings } = await open(directory, { result });
    await run(START);
    assert.equal(await kept.choose(START), undefined);
    assert.equal(warnings.length, warning === undefined ? 0 : 1);
    if (warning !== undefined) assert.match(warnings[0]!, warning);
    assert.deepEqual([...Deno.readDirSync(directory.at("code/a"))], []);
  }
});

Deno.test("openKeptCode() tries again while databases change", async () => {
  await using directory = await temporaryDirectory();
  let looks = 0;
  const { kept, run } = await open(directory, {
    looksMs: [0, 0, 0],
    async collect({ target }) {
      if (++looks < 3) return { type: "unsettled" };
      await Deno.writeTextFile(join(target, CODE_DATABASES[0]!), "bytes");
      return { type: "copied" };
    },
  });
  await run(START);
  assert.equal(looks, 3);
  assert.equal((await kept.choose(START))?.type, "kept");
});

Deno.test("openKeptCode() warns once about a full disk, and tries again at the next run", async () => {
  await using directory = await temporaryDirectory();
  let collect: KeptCodeOptions["collect"];
  const { kept, run, warnings } = await open(directory, {
    collect: (options) => collect!(options),
  });
  collect = async ({ target }) => {
    await Deno.writeTextFile(join(target, CODE_DATABASES[0]!), "by");
    throw new Error("No space left on device (os error 28)");
  };
  await run(START);
  collect = () => Promise.resolve({ type: "full" });
  await run({ ...START, revision: "r2" });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /^Cannot keep a code cache in .*No space left.* Make room there/);
  assert.deepEqual(await kept.choose(START), RECORD);
  assert.deepEqual([...Deno.readDirSync(directory.at("code/a"))], [], "nothing half-written stays");
  collect = async ({ target }) => {
    await Deno.writeTextFile(join(target, CODE_DATABASES[0]!), "bytes");
    return { type: "copied" };
  };
  await run(START);
  assert.equal((await kept.choose(START))?.type, "kept");
  collect = () => Promise.resolve({ type: "full" });
  await run({ ...START, revision: "r2" });
  assert.match(warnings[1]!, /The disk is full/);
});

Deno.test("openKeptCode() keeps a new code cache although the clock stepped back", async () => {
  await using directory = await temporaryDirectory();
  const { kept, run } = await open(directory);
  for (const revision of ["r1", "r2", "r3", "r4"]) {
    await run({ ...START, revision });
    const chosen = await kept.choose({ ...START, revision });
    assert.ok(chosen?.type === "kept");
    await Deno.utime(chosen.directory, 4_000_000_000, 4_000_000_000);
  }
  await run({ ...START, revision: "r5" });
  assert.equal((await kept.choose({ ...START, revision: "r5" }))?.type, "kept");
  assert.equal([...Deno.readDirSync(directory.at("code/a"))].length, 4);
});

Deno.test("openKeptCode() removes old code caches, except those of snapshots", async () => {
  await using directory = await temporaryDirectory();
  const { kept, run } = await open(directory, { neededRevisions: () => ["r0"] });
  const revisions = ["r0", "r1", "r2", "r3", "r4", "r5"];
  for (const [index, revision] of revisions.entries()) {
    await run({ ...START, revision });
    const chosen = await kept.choose({ ...START, revision });
    assert.ok(chosen?.type === "kept", revision);
    await Deno.utime(chosen.directory, 1_000 + index, 1_000 + index);
  }
  await run({ ...START, revision: "r6" });
  const left = Array.from(Deno.readDirSync(directory.at("code/a")), ({ name }) => name.slice(0, 2));
  assert.deepEqual(left.sort(), ["r0", "r3", "r4", "r5", "r6"]);
});

Deno.test("openKeptCode() gives the shared code cache to starts without one of their own", async () => {
  await using directory = await temporaryDirectory();
  const asked: string[] = [];
  const shared = {
    find(deno: DenoBinary) {
      asked.push(deno.version);
      return Promise.resolve("/shared");
    },
  };
  const { kept, run } = await open(directory, { shared, result: { type: "unusable" } });
  const expected = { type: "shared", directory: "/shared" };
  assert.deepEqual(await kept.choose({ ...START, hasDependencies: false }), expected);
  const deno = { path: "/deno", version: "2.5.0" };
  const moduleOptions = { ...START.moduleOptions, entry: "index.html", deno };
  assert.deepEqual(await kept.choose({ ...START, moduleOptions }), expected);
  assert.deepEqual(await kept.choose(START), RECORD);
  await run(START);
  assert.deepEqual(await kept.choose(START), expected, "its own can't be kept");
  assert.deepEqual(asked, [Deno.version.deno, "2.5.0", Deno.version.deno]);
  const without = (await open(directory, { shared, templates: undefined })).kept;
  assert.equal(await without.choose({ ...START, hasDependencies: false }), undefined);
});
