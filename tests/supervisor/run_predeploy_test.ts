import assert from "node:assert/strict";
import type { Exit } from "../../lib/process/exit.ts";
import { openPredeploys, type Predeploys } from "../../lib/supervisor/predeploys.ts";
import { type PredeployOptions, runPredeploy } from "../../lib/supervisor/run_predeploy.ts";
import { RunRefused } from "../../lib/supervisor/run_refused.ts";
import { sleep } from "../../lib/system/sleep.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const done: Exit = { code: 0, signal: undefined };

function optionsOf(
  predeploys: Predeploys,
  run: PredeployOptions["run"],
  more: Partial<PredeployOptions> = {},
): PredeployOptions {
  return {
    name: "app",
    revision: "r1",
    policy: { predeploy: "migrate.ts", predeployTimeoutMs: 60_000 },
    predeploys,
    report: { onLine: () => {}, onWarning: (message) => assert.fail(message) },
    signal: new AbortController().signal,
    run,
    ...more,
  };
}

Deno.test("runPredeploy() runs a script once for each revision, also after a restart", async () => {
  await using directory = await temporaryDirectory();
  const ran: string[] = [];
  const start = async (predeploys: Predeploys, revision: string): Promise<void> => {
    const run: PredeployOptions["run"] = ({ words }) => {
      ran.push(`${revision} ${words}`);
      return Promise.resolve(done);
    };
    assert.equal(await runPredeploy(optionsOf(predeploys, run, { revision })), undefined);
  };
  const first = openPredeploys(directory.at("records"));
  await start(first, "r1");
  await start(first, "r1");
  await start(first, "r2");
  const second = openPredeploys(directory.at("records"));
  await start(second, "r1");
  await start(second, "r2");
  await second.forget("app");
  await start(second, "r1");
  assert.deepEqual(ran, ["r1 migrate.ts", "r2 migrate.ts", "r1 migrate.ts"]);
  const none = optionsOf(second, () => Promise.reject(new Error("It ran")), {
    policy: { predeploy: undefined, predeployTimeoutMs: 1 },
  });
  assert.equal(await runPredeploy(none), undefined);
});

/** Ends of a script, and the reasons why its revision does not serve. */
const FAILURES: readonly [exit: Exit | Error, reason: string, detail: string][] = [
  [{ code: 1, signal: undefined }, "The predeploy script failed with exit code 1", "no table"],
  [{ code: 139, signal: "SIGSEGV" }, "The predeploy script was killed by SIGSEGV", "no table"],
  [
    { code: 137, signal: "SIGKILL", exhaustedBytes: 2 ** 28 },
    "The predeploy script ran out of memory: the limit is 256MiB (memory in ddsrv.json)",
    "no table",
  ],
  [new RunRefused("It is not a file"), "The predeploy script can't run", "It is not a file"],
];

Deno.test("runPredeploy() returns why a revision does not serve, and runs it again next time", async () => {
  await using directory = await temporaryDirectory();
  const predeploys = openPredeploys(directory.at("records"));
  for (const [exit, reason, detail] of FAILURES) {
    const failure = await runPredeploy(optionsOf(predeploys, ({ onLine }) => {
      onLine!("stderr", { text: "no table", isPartial: false });
      return exit instanceof Error ? Promise.reject(exit) : Promise.resolve(exit);
    }));
    assert.deepEqual(failure, { stage: "check", isTransient: false, reason, detail });
  }
  const late = await runPredeploy(optionsOf(
    predeploys,
    async (_request, signal) => {
      await sleep(600_000, signal);
      return done;
    },
    { policy: { predeploy: "migrate.ts", predeployTimeoutMs: 1 } },
  ));
  assert.match(late?.reason ?? "", /did not end within 1 ms\. .* raise predeployTimeout/);
  assert.equal(await predeploys.has("app", "r1"), false);
});

Deno.test("runPredeploy() never runs two scripts of a function, and records none that was ended", async () => {
  await using directory = await temporaryDirectory();
  const predeploys = openPredeploys(directory.at("records"));
  const newer = new AbortController();
  const events: string[] = [];
  const begun = Promise.withResolvers<void>();
  const first = runPredeploy(optionsOf(predeploys, async (_request, signal) => {
    events.push("first begins");
    begun.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    events.push("first ends");
    return done;
  }, { signal: newer.signal }));
  await begun.promise;
  const second = runPredeploy(optionsOf(predeploys, () => {
    events.push("second");
    return Promise.resolve(done);
  }, { revision: "r2" }));
  newer.abort(new Error("newer code"));
  await assert.rejects(first, /newer code/);
  assert.equal(await second, undefined);
  assert.deepEqual(events, ["first begins", "first ends", "second"]);
  assert.equal(await predeploys.has("app", "r1"), false);
});
