import { join } from "node:path";
import { type Network, openNetwork } from "../../../lib/namespace/network.ts";
import {
  type ControlGroups,
  openControlGroups,
  readHierarchy,
} from "../../../lib/process/control_groups.ts";
import { writeEtcFiles } from "../../../lib/process/etc_files.ts";
import { functionMounts, SANDBOX_PRELOAD } from "../../../lib/process/function_mounts.ts";
import type { Mount } from "../../../lib/process/sandbox.ts";
import { answering, makeDirectory, writeFiles } from "../../e2e/harness.ts";

/** What all instances of a measure share. Disposing of it leaves nothing. */
export interface Ground extends AsyncDisposable {
  readonly network: Network;
  readonly groups: ControlGroups;
  /** For small files. */
  readonly directory: string;
  /** The folder of the one function, which answers with a word. */
  readonly app: string;
  readonly mounts: readonly Mount[];
}

/** Opens a network, control groups and a function, as a supervisor does. */
export async function openGround(): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const directory = await makeDirectory();
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  // The function's user reads its folder by its own path.
  await Deno.chmod(directory, 0o755);
  const functionsDirectory = join(directory, "functions");
  await writeFiles(functionsDirectory, { "app/index.ts": answering("app") });
  const network = stack.use(
    await openNetwork({
      socket: join(directory, "bench.sock"),
      addressRange: "10.213.0.0/16",
      dns: [],
      egress: "internet",
      onWarning() {},
    }),
  );
  const groups = stack.use(await openControlGroups(network.owner.id, await readHierarchy()));
  const etc = await writeEtcFiles(join(directory, "etc"), network.resolvers);
  const mounts = await functionMounts({ functionsDirectory, name: "app", etc: etc.online });
  const source = new URL("../../../lib/process/preload.js", import.meta.url).pathname;
  const owned = stack.move();
  return {
    network,
    groups,
    directory,
    app: join(functionsDirectory, "app"),
    mounts: [...mounts, { source, target: SANDBOX_PRELOAD }],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
