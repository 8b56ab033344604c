import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { copyTree } from "../sandbox/copy_tree.ts";
import { openBounder } from "../disk/bounder.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { inspectorRelay } from "../sandbox/inspector_relay.ts";
import { SANDBOX_CACHE } from "../sandbox/sandbox_paths.ts";
import { waitForSocket } from "../process/held_socket.ts";
import { readListeners } from "../process/wait_for_listener.ts";
import type { Listener } from "../process/socket_table.ts";
import type { Mount } from "../sandbox/sandbox.ts";
import { writeSystemCallFilter } from "../sandbox/system_call_filter.ts";
import { sleep } from "../system/sleep.ts";
import { type Homes, openHomes } from "./homes.ts";
import { openChecks } from "./checks.ts";
import { hostEtc } from "./host_etc.ts";
import type { Isolation, IsolationOptions, Sandbox, SandboxOptions } from "./isolation.ts";
import { codeCaches } from "./code_caches.ts";
import { describeStart } from "./describe_start.ts";
import { openLandlock } from "./landlock.ts";
import { openRuntimeDirectory, sweepRuntimeDirectory } from "./runtime_directory.ts";
import { launchFunction } from "./launch_function.ts";
import { waitForInspector } from "./wait_for_inspector.ts";
import { type CommonLayers, sandboxLayers } from "./sandbox_layers.ts";

/** Directory in memory (tmpfs) of the socket on which a function listens. */
const LISTEN_DIRECTORY = "/ddsrv/listen";

const NOT_BOUNDED =
  "Rootless isolation: functions have no egress and no limits for CPU, processes and memory, " +
  "except V8's heap; ddsrv counts their data every few seconds. Run ddsrv as root for all limits";

/** Times after the start at which to look for more listeners, each from the one before. */
const LOOKS_MS = [100, 1_000, 10_000];

/** Resources that all sandboxes of one supervisor share. */
interface Context {
  readonly homes: Homes;
  readonly tag: string;
  readonly directory: string;
  readonly layers: CommonLayers & { readonly etc: readonly Mount[] };
}

/**
 * Opens rootless isolation, with the namespaces that an ordinary user can create: each instance has
 * its own files, its own processes and a network with only a loopback interface. ddsrv reaches it
 * over a Unix socket.
 *
 * @throws {Error} when the caller is root: functions would be root in their namespaces
 */
export async function openRootlessIsolation(
  settings: Settings,
  { owner, onWarning }: IsolationOptions,
): Promise<Isolation> {
  await using stack = new AsyncDisposableStack();
  const { id: ownerId, tag } = owner;
  const { directory } = stack.use(await openRuntimeDirectory(settings, tag));
  await sweepRuntimeDirectory(settings, owner.otherTag);
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
      // The operator's import map may name a private host.
      isPrivateAllowed: true,
      isNice: true,
      uidOf: homes.uidOf,
    }),
  );
  const { functionsDirectory } = settings;
  const usersDirectory = join(directory, "users");
  const stage = {
    directory: join(directory, "stage"),
    user: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 },
  };
  await Deno.mkdir(stage.directory, { mode: 0o700 });
  const common = { functionsDirectory, systemCallFilter, landlock, usersDirectory, stage };
  const layers = { ...common, etc: etc.offline };
  const context = { homes, tag, directory, layers };
  let opened = 0;
  const owned = stack.move();
  return {
    level: "rootless",
    ownerId,
    // Its runtime directory is all that a killed predecessor leaves, and is emptied before its next use.
    sweepOther: () => sweepRuntimeDirectory(settings, owner.otherTag),
    cacheUid: () => Promise.resolve(undefined),
    dataDirectory: homes.directory,
    purge: homes.purge,
    ...codeCaches({
      directory: join(directory, "code"),
      systemCallFilter,
      landlock,
    }),
    canRelocate: true,
    // Landlock's program waits in front of Deno.
    parking: landlock ? ["sandbox", "runtime"] : ["runtime"],
    describeStart: (name, start) =>
      describeStart({ name, functionsDirectory, dataDirectory: homes.directory, start }),
    openSandbox: (options) => Promise.resolve(openSandbox(context, { ...options, id: ++opened })),
    check: checks.run,
    checkTogether: checks.runTogether,
    copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function openSandbox(
  { homes, tag, directory: runtimeDirectory, layers }: Context,
  { name, id, onProblems }: SandboxOptions & { readonly id: number },
): Sandbox {
  const owned = new AsyncDisposableStack();
  // The kernel lists the Unix sockets of all functions by path, so each path is unique.
  const socketName = `http-${tag}-${id}.sock`;
  const listen = { type: "unix", path: join(LISTEN_DIRECTORY, socketName) } as const;
  return {
    namespace: undefined,
    spawn(start) {
      const { preferredPort } = start.policy;
      const inspector = start.debug && inspectorRelay(`${tag}-${id}`, preferredPort);
      const listenersOf = async (pid: number): Promise<Listener[]> =>
        (await readListeners(pid)).filter(({ port }) => port !== inspector?.port);
      return launchFunction(owned, {
        name,
        homes,
        start,
        egress: "none",
        listen,
        port: preferredPort,
        inspector,
        startFile: join(runtimeDirectory, "start", `${id}.json`),
        activityDirectory: join(runtimeDirectory, "activity", String(id)),
        isLimited: false,
        openLayers: sandboxLayers(owned, {
          ...layers,
          network: "loopback",
          parentPid: Deno.pid,
          scratch: [SANDBOX_CACHE, LISTEN_DIRECTORY],
        }),
        async findEndpoint(pid, signal) {
          const socket = await waitForSocket(join(`/proc/${pid}/root`, listen.path), signal);
          return socket === undefined
            ? undefined
            : { path: owned.use(socket).path, boundPath: listen.path };
        },
        async followEndpoint(pid, { signal }) {
          for (const ms of LOOKS_MS) {
            await sleep(ms, signal);
            if (signal.aborted) return;
            onProblems(describeListeners(await listenersOf(pid)));
          }
        },
        async explain(pid) {
          const [listener] = await listenersOf(pid);
          if (listener === undefined) return undefined;
          return `It listens on TCP port ${listener.port}. With rootless isolation, ddsrv ` +
            "reaches only Deno.serve, node:http and default exports";
        },
        ...inspector && { findInspector: waitForInspector(owned, inspector) },
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Returns a problem if it may be another listener than the first one that is for requests. */
function describeListeners(listeners: readonly Listener[]): string[] {
  const ports = [...new Set(listeners.map(({ port }) => port))].sort((a, b) => a - b);
  if (ports.length < 2) return [];
  return [
    `It listens on the ports ${ports.slice(0, MAX_PORTS).join(", ")}. With rootless isolation, ` +
    "ddsrv serves the first HTTP server that the code starts. Start the one for requests first",
  ];
}

/** Maximum number of ports in a sentence. */
const MAX_PORTS = 8;
