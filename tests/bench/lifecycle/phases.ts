import { createScanner } from "../../../lib/function/scanner.ts";
import { NO_MODULES } from "../../../lib/function/revision.ts";
import { stopProcess } from "../../../lib/process/stop.ts";
import { checkInstance, type InstanceCheck } from "../../../lib/supervisor/instance_check.ts";
import { ownDeno } from "../../../lib/sandbox/deno_binary.ts";
import { waitUntilReady } from "../../../lib/supervisor/wait_until_ready.ts";
import { formatEndpoint } from "../../../lib/system/endpoint.ts";
import { type Ground, openGround } from "../isolation/ground.ts";
import { openSandbox } from "../isolation/instances.ts";
import { firstAnswer } from "../isolation/first_answer.ts";
import { timed } from "./table.ts";
import { type Figure, median } from "./figure.ts";

const ROUNDS = 9;

/** Measures each phase of a cold start separately. */
export async function measurePhases(): Promise<Figure[]> {
  await using ground = await openGround();
  const taken = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, ms] of Object.entries(await takePhases(ground))) {
      taken.set(name, [...taken.get(name) ?? [], ms]);
    }
  }
  return [...taken].map(([name, values]): Figure => ({
    what: `cold start: ${name}`,
    unit: "ms",
    value: median(values),
  }));
}

async function takePhases(ground: Ground): Promise<Record<string, number>> {
  const { context, app, policy, cacheDirectory } = ground;
  const { functionsDirectory } = context.settings;
  const scanner = createScanner({
    entries: ["index.ts"],
    functionsDirectory,
    settleMs: 0,
    maxFiles: 1_000,
    modulesOf: () => undefined,
  });
  const [scan] = await timed(() => scanner.scan(Date.now() + 60_000));
  await context.checkResults.forget("app");
  const check = (): Promise<InstanceCheck> =>
    checkInstance({
      name: "app",
      directory: app,
      check: policy.check,
      envFiles: [],
      variables: {},
      knownModules: NO_MODULES,
      deno: ownDeno(),
      context,
      signal: new AbortController().signal,
    });
  const [checked, { moduleOptions, lock }] = await timed(check);
  const [known] = await timed(check);
  const [opened, sandbox] = await timed(() => openSandbox(ground));
  const [spawned, started] = await timed(() =>
    sandbox.spawn({
      directory: app,
      source: undefined,
      policy,
      moduleOptions,
      envFiles: [],
      lock,
      cacheDirectory,
      onLine() {},
    })
  );
  const [listening, start] = await timed(() =>
    waitUntilReady(started, {
      startTimeoutMs: policy.startTimeoutMs,
      signal: new AbortController().signal,
      onPid() {},
    })
  );
  if (start.type !== "listening") throw new Error(start.reason);
  const [answered] = await timed(() => firstAnswer(`http://${formatEndpoint(start.endpoint)}/`));
  const [stopped] = await timed(() => stopProcess(started.process, { graceMs: 5_000 }));
  const [closed] = await timed(async () => await sandbox[Symbol.asyncDispose]());
  return {
    "scan of the folder": scan,
    "check, new code": checked,
    "check, passed before": known,
    "namespace": opened,
    "files, group, spawn": spawned,
    "until it is known to listen": listening,
    "first answer": answered,
    "stop": stopped,
    "namespace and group closed": closed,
  };
}
