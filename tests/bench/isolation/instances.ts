import { join } from "node:path";
import type { Sandbox } from "../../../lib/isolation/isolation.ts";
import { stopProcess } from "../../../lib/process/stop.ts";
import { waitUntilReady } from "../../../lib/supervisor/wait_until_ready.ts";
import { formatEndpoint } from "../../../lib/system/endpoint.ts";
import { firstAnswer } from "./first_answer.ts";
import type { Ground } from "./ground.ts";

/** Starts a bare `deno run` on a port and waits for its first answer. */
export async function openBare({ app }: Ground, port: number): Promise<() => Promise<unknown>> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", join(app, "index.ts")],
    env: { DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`, DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "null",
  }).spawn();
  await firstAnswer(`http://127.0.0.1:${port}/`);
  return () => {
    child.kill("SIGTERM");
    return child.status;
  };
}

/** Opens the namespace and sandbox of an instance, like a supervisor. */
export function openSandbox({ context, policy }: Ground): Promise<Sandbox> {
  return context.isolation.openSandbox({
    name: "app",
    egress: policy.egress,
    bandwidthBits: Infinity,
    onProblems() {},
  });
}

/** Opens a sandbox, starts an instance in it, and waits for the first answer. */
export async function openIsolated(ground: Ground): Promise<() => Promise<unknown>> {
  const sandbox = await openSandbox(ground);
  const close = await openInSandbox(ground, sandbox);
  return async () => {
    await close();
    await sandbox[Symbol.asyncDispose]();
  };
}

/** Starts an instance in an open sandbox, and waits for the first answer. */
export async function openInSandbox(
  { app, policy, cacheDirectory }: Ground,
  sandbox: Sandbox,
): Promise<() => Promise<unknown>> {
  const started = await sandbox.spawn({
    directory: app,
    source: undefined,
    policy,
    moduleOptions: {
      entry: "index.ts",
      importMap: undefined,
      allowImport: [],
      nodeModules: "none",
    },
    lock: undefined,
    envFiles: [],
    cacheDirectory,
    onLine() {},
  });
  const start = await waitUntilReady(started, {
    startTimeoutMs: policy.startTimeoutMs,
    signal: new AbortController().signal,
    onPid() {},
  });
  if (start.type !== "listening") throw new Error(start.reason);
  await firstAnswer(`http://${formatEndpoint(start.endpoint)}/`);
  return () => stopProcess(started.process, { graceMs: policy.stopGraceMs });
}
