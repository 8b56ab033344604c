import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { copyTree } from "../sandbox/copy_tree.ts";
import { openBounder } from "../disk/bounder.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { SANDBOX_CACHE } from "../sandbox/function_mounts.ts";
import { waitForSocket } from "../process/held_socket.ts";
import { readListeners } from "../process/wait_for_listener.ts";
import type { Mount } from "../sandbox/sandbox.ts";
import { writeSystemCallFilter } from "../sandbox/system_call_filter.ts";
import { type Homes, openHomes } from "./homes.ts";
import { openChecks } from "./checks.ts";
import { hostEtc } from "./host_etc.ts";
import { unboundedBandwidth } from "./bandwidth.ts";
import type { Isolation, IsolationOptions, Sandbox, SandboxOptions } from "./isolation.ts";
import { openLandlock } from "./landlock.ts";
import { openOwnPlace } from "./own_place.ts";
import { launchFunction } from "./launch_function.ts";
import { sandboxLayers } from "./sandbox_layers.ts";

/** A directory in memory for the one socket that a function is reached by. */
const LISTEN_DIRECTORY = "/ddsrv/listen";

const NOT_BOUNDED =
  "Rootless: functions have no egress, and nothing bounds their memory (but for V8's heap), their " +
  "processes and their CPU; their data is only counted. For that, run ddsrv as root";

/** What all sandboxes of one supervisor share. */
interface Site {
  readonly settings: Settings;
  readonly homes: Homes;
  readonly ownerId: string;
  readonly directory: string;
  readonly etc: readonly Mount[];
  /** Path of the filter of system calls. */
  readonly systemCallFilter: string;
  /** The kernel has Landlock. */
  readonly landlock: boolean;
}

/**
 * What namespaces give to an ordinary user: files, processes and a network of nothing but its own
 * loopback for each instance, which is reached over a Unix socket.
 *
 * @throws {Error} when the caller is root: a function would be root's in its namespace
 */
export async function openRootlessIsolation(
  settings: Settings,
  { owner, onWarning }: IsolationOptions,
): Promise<Isolation> {
  await using stack = new AsyncDisposableStack();
  const { id: ownerId } = owner;
  const { directory } = stack.use(await openOwnPlace(settings, ownerId));
  const etc = await writeEtcFiles(directory, []);
  const { stateDirectory } = settings;
  const bounder = await openBounder({ isRoot: false, onWarning });
  const homes = await openHomes({ stateDirectory, ownerId, bounder, onWarning });
  onWarning(NOT_BOUNDED);
  const systemCallFilter = await writeSystemCallFilter(directory);
  const landlock = await openLandlock(onWarning);
  const checks = stack.use(
    await openChecks({
      settings,
      directory: join(directory, "checks"),
      etc: { ...etc, online: await hostEtc() },
      systemCallFilter,
      landlock,
      // The operator's own import map may name a host of theirs.
      isPrivateAllowed: true,
      isNice: true,
      uidOf: homes.uidOf,
    }),
  );
  const site = {
    settings,
    homes,
    ownerId,
    directory,
    etc: etc.offline,
    systemCallFilter,
    landlock,
  };
  let opened = 0;
  const owned = stack.move();
  return {
    level: "rootless",
    ownerId,
    cacheUid: () => Promise.resolve(undefined),
    dataDirectory: homes.directory,
    purge: homes.purge,
    canRelocate: true,
    openSandbox: (options) => Promise.resolve(openSandbox(site, { ...options, id: ++opened })),
    check: checks.run,
    copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function openSandbox(
  { settings, homes, ownerId, directory: place, etc, systemCallFilter, landlock }: Site,
  { name, id }: SandboxOptions & { readonly id: number },
): Sandbox {
  const owned = new AsyncDisposableStack();
  // The kernel's table of Unix sockets has the sockets of all functions, by the path that was bound.
  const socketName = `http-${ownerId}-${id}.sock`;
  const listen = { type: "unix", path: join(LISTEN_DIRECTORY, socketName) } as const;
  return {
    namespace: undefined,
    async spawn(start) {
      const { policy } = start;
      const startFile = join(place, "start", `${id}.json`);
      const started = await launchFunction(owned, {
        name,
        homes,
        start,
        permissions: policy.permissions,
        egress: "none",
        listen,
        port: settings.preferredPort,
        startFile,
        heapBytes: policy.memoryBytes,
        openLayers: sandboxLayers(owned, {
          functionsDirectory: settings.functionsDirectory,
          network: "loopback",
          systemCallFilter,
          landlock,
          etc,
          scratch: [SANDBOX_CACHE, LISTEN_DIRECTORY],
        }),
        async findEndpoint(pid, signal) {
          const socket = await waitForSocket(join(`/proc/${pid}/root`, listen.path), signal);
          return socket === undefined
            ? undefined
            : { path: owned.use(socket).path, boundPath: listen.path };
        },
        async explain(pid) {
          const [listener] = await readListeners(pid);
          if (listener === undefined) return undefined;
          return `It listens on port ${listener.port} by itself. Rootless, only Deno.serve, ` +
            "node:http and default exports are reached";
        },
      });
      return { ...started, problems: [...started.problems, ...unboundedBandwidth(policy)] };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
