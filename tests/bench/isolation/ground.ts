import { join } from "node:path";
import { defaultSettings } from "../../../lib/config/settings.ts";
import { settingsFor } from "../../../lib/config/settings_for.ts";
import { readFunctionPolicy } from "../../../lib/function/manifest.ts";
import type { FunctionPolicy } from "../../../lib/function/policy.ts";
import { type Network, openNetwork } from "../../../lib/namespace/network.ts";
import {
  openSupervisorContext,
  type SupervisorContext,
} from "../../../lib/supervisor/supervisor_context.ts";
import { answering, makeDirectory, writeFiles } from "../../e2e/support/harness.ts";

/** Resources that all instances of a measure share. Disposing of it removes all of them. */
export interface Ground extends AsyncDisposable {
  /** Network for measures of namespaces only. */
  readonly network: Network;
  readonly context: SupervisorContext;
  /** Folder of the only function, which answers with a word. */
  readonly app: string;
  readonly policy: FunctionPolicy;
  readonly cacheDirectory: string;
}

/** Opens the resources of a supervisor, and creates a function. */
export async function openGround(): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const directory = await makeDirectory();
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  // The function's user reads its folder by its path.
  await Deno.chmod(directory, 0o755);
  const functionsDirectory = join(directory, "functions");
  await writeFiles(functionsDirectory, { "app/index.ts": answering("app") });
  const network = stack.use(
    await openNetwork({
      ownerId: "a1b2c3",
      addressRange: "10.213.0.0/16",
      dns: [],
      egress: "internet",
      onWarning() {},
    }),
  );
  const settings = {
    ...defaultSettings,
    functionsDirectory,
    socket: join(directory, "bench.sock"),
    stateDirectory: join(directory, "state"),
    startTimeoutMs: 60_000,
  };
  const context = stack.use(await openSupervisorContext(settings, { onWarning: () => {} }));
  const app = join(functionsDirectory, "app");
  const { policy } = await readFunctionPolicy(app, settingsFor(settings, "app"));
  const cacheDirectory = await context.cacheOf("app");
  const owned = stack.move();
  return {
    network,
    context,
    app,
    policy,
    cacheDirectory,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
