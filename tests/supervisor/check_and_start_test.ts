import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/json_file.ts";
import { NO_MODULES, takeRevision } from "../../lib/function/revision.ts";
import type { Sandbox } from "../../lib/isolation/isolation.ts";
import { ownDeno } from "../../lib/sandbox/deno_binary.ts";
import { checkAndStart } from "../../lib/supervisor/check_and_start.ts";
import { run } from "../../lib/system/run.ts";
import type { InstanceOptions } from "../../lib/supervisor/open_instance.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";
import { quietActivity, quietContext, type QuietContextOptions } from "./quiet_context.ts";

/** Options to launch the function `a` of a directory, which adds its reports to `reported`. */
function openingOf(
  directory: TemporaryDirectory,
  options: QuietContextOptions & {
    readonly isNeeded?: boolean;
    readonly knownPolicy?: InstanceOptions["knownPolicy"];
    readonly reported?: string[];
    readonly onWarning?: (message: string) => void;
  },
): InstanceOptions {
  const { isNeeded = false, reported = [], onWarning = assert.fail, knownPolicy } = options;
  return {
    name: "a",
    directory: directory.at("a"),
    knownModules: NO_MODULES,
    knownPolicy,
    context: {
      ...quietContext(directory, options),
      denoOf: (version) =>
        version === undefined
          ? Promise.resolve(ownDeno())
          : Promise.reject(new ConfigError(`There is no Deno ${version}`)),
    },
    servedRevision: () => undefined,
    isNeeded: () => isNeeded,
    isUrgent: () => false,
    report: {
      onPolicy: () => {},
      onChecked: () => reported.push("checked"),
      onSpawned: () => reported.push("spawned"),
      onLine: () => {},
      onRefused: () => {},
      onWarning,
    },
    signal: new AbortController().signal,
  };
}

/** Limits of a close that waits for nothing. */
const AT_ONCE = {
  drainMs: 0,
  backgroundMs: 0,
  enough: new AbortController().signal,
  force: AbortSignal.abort(),
};

Deno.test("checkAndStart() fails with the revision of the invalid manifest", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await directory.write("a/ddsrv.json", "{");
  const opened = await checkAndStart(openingOf(directory, {}));
  assert.equal(opened.type, "failed");
  assert.equal(opened.failure.stage, "manifest");
  const revision = await takeRevision(
    { functionsDirectory: directory.path, entries: ["index.ts"] },
    "a",
    NO_MODULES,
  );
  assert.equal(opened.failure.revision, revision);
});

const knownPolicies: readonly [what: string, known: InstanceOptions["knownPolicy"]][] = [
  ["the same", {
    denoVersion: undefined,
    watchFiles: ["*.txt"],
    predeploy: undefined,
    writable: [],
  }],
  ["other watched files", {
    denoVersion: undefined,
    watchFiles: ["*.css"],
    predeploy: undefined,
    writable: [],
  }],
  ["a Deno that is not there", {
    denoVersion: "1.0.0",
    watchFiles: ["*.txt"],
    predeploy: undefined,
    writable: [],
  }],
];

for (const [what, knownPolicy] of knownPolicies) {
  Deno.test(`checkAndStart() with ${what} as known policy uses the present one`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts");
    await directory.write("a/ddsrv.json", '{ "watch": ["*.txt"] }');
    await directory.write("a/page.txt");
    const revisions: string[] = [];
    for (const known of [undefined, knownPolicy]) {
      const options = openingOf(directory, { isNeeded: true, knownPolicy: known });
      const opened = await checkAndStart(options);
      assert.equal(opened.type, "ready");
      revisions.push(opened.instance.revision);
      await opened.instance.close(AT_ONCE);
    }
    assert.equal(revisions[1], revisions[0]);
  });

  Deno.test(`checkAndStart() with ${what} as known policy refuses an invalid manifest`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts");
    await directory.write("a/ddsrv.json", "{");
    const opened = await checkAndStart(openingOf(directory, { knownPolicy }));
    assert.equal(opened.type, "failed");
    assert.equal(opened.failure.stage, "manifest");
  });
}

Deno.test("checkAndStart() fails for a manifest that becomes invalid during the check", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const opened = await checkAndStart(openingOf(directory, {
    async check() {
      // Not a file of the module graph: the check remains valid.
      await directory.write("a/ddsrv.json", "{");
      return { diagnostics: undefined, modules: [] };
    },
  }));
  assert.equal(opened.type, "failed");
  assert.equal(opened.failure.stage, "manifest");
  const revision = await takeRevision(
    { functionsDirectory: directory.path, entries: ["index.ts"] },
    "a",
    NO_MODULES,
  );
  assert.equal(opened.failure.revision, revision);
});

const policies: readonly [idleMs: number, isNeeded: boolean, reported: string, type: string][] = [
  [Infinity, false, "checked,spawned", "ready"],
  [Infinity, true, "checked,spawned", "ready"],
  [60_000, true, "checked,spawned", "ready"],
  [60_000, false, "checked", "registered"],
];

for (const [idleMs, isNeeded, expected, type] of policies) {
  const what = `${isNeeded ? "needed" : "not needed"}, idle after ${idleMs} ms`;
  Deno.test(`checkAndStart() of a valid function, ${what}, is ${type}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts");
    const reported: string[] = [];
    const settings = { idleMs };
    const opened = await checkAndStart(openingOf(directory, { settings, isNeeded, reported }));
    assert.equal(opened.type, type);
    assert.equal(reported.join(), expected);
    if (opened.type === "ready") {
      await opened.instance.close(AT_ONCE);
    }
  });
}

Deno.test("checkAndStart() retries a check that failed because of a full disk", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  if (Deno.uid() !== 0) {
    Deno.stdout.writeSync(new TextEncoder().encode("Skipped: to mount takes root\n"));
    return;
  }
  const stateDirectory = directory.at("state");
  await Deno.mkdir(stateDirectory);
  const diagnostics = "error: writing the cache: No space left on device (os error 28)";
  const check = () => Promise.resolve({ diagnostics, modules: [] });
  const open = () => checkAndStart(openingOf(directory, { settings: { stateDirectory }, check }));
  // A function that only says so has failed its check.
  const failed = await open();
  assert.ok(failed.type === "failed" && failed.failure.stage === "check");
  await run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", stateDirectory]);
  try {
    await assert.rejects(open(), /The disk of ".*" is full. Make room there; ddsrv tries again/);
  } finally {
    await run(["umount", stateDirectory]);
  }
});

Deno.test("checkAndStart() does not record a check with a module that was not fetched", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  let checks = 0;
  const kept: string[] = [];
  const opening = openingOf(directory, {
    onRecord: (name) => kept.push(name),
    check() {
      checks++;
      return Promise.resolve({ diagnostics: undefined, modules: [], isPassing: true });
    },
    open: () => Promise.resolve(endedSandbox()),
  });
  const opened = await checkAndStart(opening);
  assert.ok(opened.type === "failed" && opened.failure.stage === "start");
  // The same code may start once the module can be fetched, beside what serves meanwhile too.
  assert.equal(opened.failure.isTransient, true);
  assert.deepEqual([checks, kept], [1, []]);
});

Deno.test("checkAndStart() starts a function whose check is none, and shows the errors", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await directory.write("a/ddsrv.json", '{ "check": "none" }');
  const levels: string[] = [];
  const kept: string[] = [];
  const warnings: string[] = [];
  const opened = await checkAndStart(openingOf(directory, {
    onRecord: (name) => kept.push(name),
    onWarning: (message) => warnings.push(message),
    check(_, { level }) {
      levels.push(level);
      const warning = "\nerror: Module not found\n    at file:///a.ts:1:1";
      return Promise.resolve({ diagnostics: undefined, modules: [], warning });
    },
  }));
  assert.ok(opened.type === "ready");
  const problem = 'The check found errors, but "check" is "none": error: Module not found';
  assert.deepEqual(opened.instance.problems(), [problem]);
  // It is not kept: the next start fetches again.
  assert.deepEqual([levels, kept, warnings], [["none"], [], [problem]]);
  await opened.instance.close(AT_ONCE);
});

Deno.test("checkAndStart() checks again if the manifest's level changes meanwhile", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  const levels: string[] = [];
  const opened = await checkAndStart(openingOf(directory, {
    async check(_, { level }) {
      levels.push(level);
      if (levels.length === 1) await directory.write("a/ddsrv.json", '{ "check": "graph" }');
      return { diagnostics: undefined, modules: [] };
    },
  }));
  assert.ok(opened.type === "ready");
  assert.deepEqual([levels.at(0), levels.at(-1)], ["types", "graph"]);
  await opened.instance.close(AT_ONCE);
});

Deno.test("checkAndStart() looks for files that the function can't read beside the start", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  await directory.write("a/data.csv");
  await Deno.chmod(directory.at("a/data.csv"), 0o640);
  const user = Promise.withResolvers<number>();
  const warned = Promise.withResolvers<string>();
  const opened = await checkAndStart(openingOf(directory, {
    cacheUid: () => user.promise,
    onWarning: warned.resolve,
  }));
  assert.ok(opened.type === "ready");
  assert.deepEqual(opened.instance.problems(), []);
  user.resolve(200_000);
  const problem = await warned.promise;
  assert.match(problem, /^Its own user can't read "data.csv"/);
  assert.deepEqual(opened.instance.problems(), [problem]);
  await opened.instance.close(AT_ONCE);
});

Deno.test("checkAndStart() retries a start for which the host had no processes", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  for (const [line, isTransient] of [["sh: 1: Cannot fork", true], ["no", false]] as const) {
    const open = (): Promise<Sandbox> => Promise.resolve(endedSandbox(line));
    const opened = await checkAndStart(openingOf(directory, { isNeeded: true, open }));
    assert.ok(opened.type === "failed" && opened.failure.stage === "start");
    assert.equal(opened.failure.isTransient, isTransient, line);
  }
});

Deno.test("checkAndStart() ends parked starts if there is no namespace for a new one", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts");
  for (let parked = 1; parked >= 0; parked--) {
    let free = 0;
    const opening = openingOf(directory, {
      isNeeded: true,
      open() {
        if (free > 0) return Promise.resolve(endedSandbox());
        return Promise.reject(new RangeError("All namespaces are in use"));
      },
    });
    const discardAll = (): Promise<number> => Promise.resolve(free = parked);
    const { context } = opening;
    const start = checkAndStart({
      ...opening,
      context: { ...context, parked: { ...context.parked, discardAll } },
    });
    if (parked > 0) assert.equal((await start).type, "failed", "it started, and then ended");
    else await assert.rejects(start, /All namespaces are in use/);
  }
});

/** A sandbox whose process has ended with an exit code before it was found. */
function endedSandbox(line?: string): Sandbox {
  return {
    namespace: undefined,
    spawn({ onLine }) {
      if (line !== undefined) onLine("stderr", { text: line, isPartial: false });
      return Promise.resolve({
        process: {
          ended: Promise.resolve({ code: 1, signal: undefined }),
          approach: () => Promise.resolve(),
          release: () => Promise.resolve(),
          findPid: () => Promise.resolve(undefined),
          terminate: () => Promise.resolve(),
          kill: () => Promise.resolve(),
        },
        activity: quietActivity,
        problems: [],
        findEndpoint: () => Promise.resolve(undefined),
        explain: () => Promise.resolve(undefined),
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
