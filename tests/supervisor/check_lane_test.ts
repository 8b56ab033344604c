import assert from "node:assert/strict";
import { createCheckLane, type JointTask } from "../../lib/supervisor/check_lane.ts";
import type { CheckResult } from "../../lib/check/check.ts";
import { useFakeTimers } from "../fake_timers.ts";

const PASSED: CheckResult = { diagnostics: undefined, modules: [] };
const BOMB: CheckResult = { diagnostics: "Too long", modules: [], exhausted: "cpu" };
const LATE: CheckResult = { diagnostics: "Too late", modules: [], exhausted: "time" };

/** A lane on two cores with checks that end when a test says so, in pretended time. */
function openScene() {
  const timers = useFakeTimers();
  let nowMs = 0;
  const lane = createCheckLane({ cores: 2, now: () => nowMs });
  const ends = new Map<string, (result: CheckResult) => void>();
  const looks = new Map<string, (isIdle: boolean) => void>();
  const begun: string[] = [];
  const gaveWay: string[] = [];
  const stop = new AbortController();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    lane,
    begun,
    gaveWay,
    start(name: string, signal = stop.signal): Promise<CheckResult> {
      return lane.run(name, ({ signal: given, onLook }) => {
        begun.push(name);
        looks.set(name, onLook);
        const { promise, resolve, reject } = Promise.withResolvers<CheckResult>();
        ends.set(name, resolve);
        given.addEventListener("abort", () => {
          gaveWay.push(name);
          reject(given.reason);
        });
        return promise;
      }, { signal });
    },
    async end(name: string, result = PASSED) {
      ends.get(name)!(result);
      await settle();
    },
    look: (name: string, isIdle: boolean) => looks.get(name)!(isIdle),
    async pass(ms: number) {
      for (let step = 0; step < ms; step += 1_000) {
        nowMs += 1_000;
        timers.pass(1_000);
        await settle();
      }
    },
    settle,
    [Symbol.dispose]: () => timers[Symbol.dispose](),
  };
}

Deno.test("createCheckLane() delays a neighbour by seconds while five bombs are checked", async () => {
  using scene = openScene();
  const bombs = ["b1", "b2", "b3", "b4", "b5"];
  for (const name of [...bombs, "neighbour"]) scene.lane.presumeQuick(name);
  const results = bombs.map((name) => scene.start(name));
  const update = scene.start("neighbour");
  await scene.settle();
  assert.deepEqual(scene.begun.splice(0), ["b1", "b2", "b3", "b4"], "two more than cores");
  await scene.pass(3_000);
  assert.deepEqual(scene.begun.splice(0), ["b5", "neighbour"]);
  assert.deepEqual(scene.gaveWay, ["b4", "b3"], "no more than had to");
  await scene.end("neighbour");
  assert.deepEqual(await update, PASSED);
  for (const name of ["b1", "b2", "b5"]) await scene.end(name);
  assert.deepEqual(scene.begun.splice(0).toSorted(), ["b3", "b4"], "they begin again");
  // Now they are known to be slow, and give way to nobody.
  await scene.pass(10_000);
  const others = ["n1", "n2", "n3"].map((name) => {
    scene.lane.presumeQuick(name);
    return scene.start(name);
  });
  await scene.settle();
  for (const name of ["n1", "n2", "n3", "b3", "b4"]) await scene.end(name);
  await Promise.all([...results, ...others]);
  assert.equal(scene.gaveWay.length, 2);
});

Deno.test("createCheckLane() delays a function whose check hit its limits", async () => {
  using scene = openScene();
  const first = scene.start("bomb");
  await scene.settle();
  await scene.pass(60_000);
  await scene.end("bomb", BOMB);
  assert.match(
    (await first).diagnostics!,
    /Too long\nThe next check of new code begins in 60 s at the earliest\. ddsrv reload checks it now$/,
  );
  scene.lane.forget("bomb");
  const second = scene.start("bomb");
  await scene.pass(59_000);
  assert.deepEqual(scene.begun.splice(0), ["bomb"]);
  await scene.pass(1_000);
  assert.deepEqual(scene.begun, ["bomb"]);
  await scene.end("bomb");
  assert.deepEqual(await second, PASSED);
});

Deno.test("createCheckLane() removes an aborted check from the queue", async () => {
  using scene = openScene();
  const held = ["a", "b"].map((name) => scene.start(name));
  const leaving = new AbortController();
  const left = scene.start("c", leaving.signal);
  await scene.settle();
  leaving.abort(new Error("Gone"));
  await assert.rejects(left, /Gone/);
  for (const name of ["a", "b"]) await scene.end(name);
  await Promise.all(held);
  assert.deepEqual(scene.begun, ["a", "b"]);
});

Deno.test("createCheckLane() does not delay a check after skipWait() or a timeout", async () => {
  using scene = openScene();
  for (const [result, isLate] of [[BOMB, false], [LATE, true]] as const) {
    const first = scene.start("code");
    await scene.settle();
    await scene.pass(60_000);
    await scene.end("code", result);
    const { diagnostics } = await first;
    assert.equal(diagnostics, isLate ? "Too late" : diagnostics);
    if (!isLate) scene.lane.skipWait("code");
    const second = scene.start("code");
    await scene.settle();
    assert.deepEqual(scene.begun.splice(0), ["code", "code"]);
    await scene.end("code");
    await second;
  }
  scene.lane.skipWait("nobody");
});

Deno.test("createCheckLane() runs other checks while many hang", async () => {
  using scene = openScene();
  const names = Array.from({ length: 20 }, (_, index) => `h${index}`);
  const hanging = names.map((name) => scene.start(name));
  const good = scene.start("good");
  await scene.settle();
  let seconds = 0;
  for (; !scene.begun.includes("good"); seconds++) {
    // Each running check has asked its registry, and waits.
    for (const name of scene.begun) scene.look(name, true);
    await scene.pass(1_000);
    assert.ok(seconds < 60, `begun: ${scene.begun}`);
  }
  assert.ok(seconds <= 20, `good code waits for ${seconds} s`);
  await scene.end("good");
  assert.deepEqual(await good, PASSED);
  // Now the registry answers.
  for (let round = 0; round < 100; round++) {
    for (const name of scene.begun.splice(0)) await scene.end(name);
    await scene.pass(1_000);
  }
  assert.deepEqual(await Promise.all(hanging), names.map(() => PASSED));
});

Deno.test("createCheckLane() counts a check as busy again when it uses the processor", async () => {
  using scene = openScene();
  const all = ["a", "b", "c"].map((name) => scene.start(name));
  await scene.settle();
  assert.deepEqual(scene.begun, ["a", "b"]);
  scene.look("a", true);
  scene.look("a", false);
  await scene.pass(2_000);
  assert.deepEqual(scene.begun, ["a", "b"]);
  scene.look("a", true);
  await scene.pass(1_000);
  assert.deepEqual(scene.begun, ["a", "b", "c"]);
  for (const name of ["a", "b", "c"]) await scene.end(name);
  await Promise.all(all);
});

/** A lane on one core, whose joint checks pass the functions for which `passes` is true. */
function openJointScene(passes: (name: string) => boolean | Error) {
  const lane = createCheckLane({ cores: 1 });
  const log: string[] = [];
  const first = Promise.withResolvers<CheckResult>();
  const held = lane.run("first", () => first.promise, { signal: new AbortController().signal });
  return {
    log,
    start(name: string, { signal = new AbortController().signal, key = "k" } = {}) {
      const own = (): Promise<CheckResult> => {
        log.push(name);
        return Promise.resolve({ diagnostics: undefined, modules: [`own ${name}`] });
      };
      const joint: JointTask = {
        key,
        source: { name, entry: "index.ts" },
        run(sources) {
          log.push(sources.map((one) => one.name).join("+"));
          const result = (one: string): CheckResult => ({ ...PASSED, modules: [`joint ${one}`] });
          const answers = sources.map((one) => [one.name, passes(one.name)] as const);
          const error = answers.find(([, answer]) => answer instanceof Error);
          if (error !== undefined) return Promise.reject(error[1]);
          const passed = answers.filter(([, answer]) => answer === true);
          return Promise.resolve(new Map(passed.map(([one]) => [one, result(one)])));
        },
      };
      return lane.run(name, own, { signal, joint }).then(({ modules }) => modules[0]);
    },
    async go() {
      first.resolve(PASSED);
      await held;
    },
  };
}

Deno.test("createCheckLane() checks functions together, and alone those that do not pass", async () => {
  const scene = openJointScene((name) => name !== "b");
  const all = ["a", "b", "c"].map((name) => scene.start(name));
  const other = scene.start("d", { key: "another" });
  await scene.go();
  assert.deepEqual(await Promise.all(all), ["joint a", "own b", "joint c"]);
  assert.equal(await other, "own d");
  assert.deepEqual(scene.log, ["a+b+c", "b", "d"], "b keeps its place in the queue");
});

Deno.test("createCheckLane() checks each function alone after an error of a joint check", async () => {
  const scene = openJointScene(() => new Error("No process"));
  const all = ["a", "b"].map((name) => scene.start(name));
  await scene.go();
  assert.deepEqual(await Promise.all(all), ["own a", "own b"]);
  assert.deepEqual(scene.log, ["a+b", "a", "b"]);
});

Deno.test("createCheckLane() goes on with a joint check when a function leaves", async () => {
  const leaving = new AbortController();
  const scene = openJointScene((name) => {
    if (name === "a") leaving.abort(new Error("Gone"));
    return true;
  });
  const gone = scene.start("a", { signal: leaving.signal });
  const other = scene.start("b");
  await Promise.all([scene.go(), assert.rejects(gone, /Gone/)]);
  assert.equal(await other, "joint b");
});

Deno.test("createCheckLane() checks a function alone whose last check found errors", async () => {
  using scene = openScene();
  const failed = scene.start("a");
  await scene.settle();
  await scene.end("a", { diagnostics: "TS2322", modules: [] });
  await failed;
  const names = ["w", "x", "y", "z"];
  for (const name of [...names, "b"]) scene.lane.presumeQuick(name);
  const held = names.map((name) => scene.start(name));
  await scene.settle();
  const joint: JointTask = {
    key: "k",
    source: { name: "a", entry: "index.ts" },
    run: () => assert.fail("not together"),
  };
  const all = ["a", "b"].map((name) =>
    scene.lane.run(name, () => Promise.resolve(PASSED), {
      signal: new AbortController().signal,
      joint,
    })
  );
  for (const name of names) await scene.end(name);
  await Promise.all([...held, ...all]);
});
