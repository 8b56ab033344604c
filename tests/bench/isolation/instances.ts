import { join } from "node:path";
import type { Namespace } from "../../../lib/namespace/network.ts";
import { functionEnvironment, runCommand } from "../../../lib/process/deno_command.ts";
import { writeEnvFile } from "../../../lib/process/env_file.ts";
import { SANDBOX_CACHE, SANDBOX_ENV } from "../../../lib/process/function_mounts.ts";
import { sandboxCommand } from "../../../lib/process/sandbox.ts";
import { spawnFunction } from "../../../lib/process/spawn.ts";
import { stopProcess } from "../../../lib/process/stop.ts";
import { waitUntilReady } from "../../../lib/supervisor/wait_until_ready.ts";
import { firstAnswer } from "./first_answer.ts";
import type { Ground } from "./ground.ts";

const PORT = 8000;
const FIRST_UID = 0x7000_0000;
const LIMITS = { memoryBytes: 512 * 1024 ** 2, processes: 256, cpu: 1 };
const PATIENCE_MS = 60_000;

/** Starts bare `deno run` on a port of its own and waits for its first answer. */
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

/** Makes namespace, group and sandbox as a supervisor does, and waits for the first answer. */
export async function openIsolated(ground: Ground): Promise<() => Promise<unknown>> {
  const namespace = await ground.network.open({ label: "app", egress: "internet" });
  const close = await openSandboxed(ground, namespace);
  return async () => {
    await close();
    await namespace[Symbol.asyncDispose]();
  };
}

/** The same in a namespace that is there. */
export async function openSandboxed(
  ground: Ground,
  namespace: Namespace,
): Promise<() => Promise<unknown>> {
  const { groups, app, directory, mounts } = ground;
  await using stack = new AsyncDisposableStack();
  const uid = FIRST_UID + namespace.ordinal;
  const env = stack.use(
    await writeEnvFile(join(directory, "env", `${namespace.name}.json`), {}, uid),
  );
  const group = stack.use(await groups.open(String(namespace.ordinal), LIMITS));
  const process = spawnFunction({
    command: sandboxCommand({
      networkPath: namespace.path,
      joinFiles: group.joinFiles,
      uid,
      mounts: [...mounts, { source: env.path, target: SANDBOX_ENV }],
      scratch: [SANDBOX_CACHE],
      workingDirectory: app,
      command: runCommand({ importMap: undefined, allowImport: [] }),
    }),
    env: functionEnvironment(PORT),
    onLine() {},
  });
  stack.defer(async () => {
    await stopProcess(process, { graceMs: PATIENCE_MS });
  });
  const start = await waitUntilReady(process, {
    preferredPort: PORT,
    startTimeoutMs: PATIENCE_MS,
    signal: new AbortController().signal,
    onPid() {},
  });
  if (start.type !== "listening") throw new Error(start.reason);
  await firstAnswer(`http://${namespace.address}:${PORT}/`);
  const owned = stack.move();
  return () => owned.disposeAsync();
}
