import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { copyTree } from "../sandbox/copy_tree.ts";
import { openBounder } from "../disk/bounder.ts";
import { functionEnvironment, runCommand } from "../sandbox/deno_command.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { SANDBOX_CACHE, SANDBOX_PATHS } from "../sandbox/function_mounts.ts";
import { waitForSocket } from "../process/held_socket.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { readListeners } from "../process/wait_for_listener.ts";
import { type Mount, sandboxCommand } from "../sandbox/sandbox.ts";
import { writeSystemCallFilter } from "../sandbox/system_call_filter.ts";
import { spawnFunction } from "../process/spawn.ts";
import { needsPrograms } from "../sandbox/system_files.ts";
import { writeStartFile } from "../sandbox/start_file.ts";
import { telemetryEnvironment } from "../sandbox/telemetry_environment.ts";
import { type Homes, openHomes } from "./homes.ts";
import { openChecks } from "./checks.ts";
import { hostEtc } from "./host_etc.ts";
import { unboundedBandwidth } from "./bandwidth.ts";
import { diskLimitsOf, watchDisk } from "./disk_watch.ts";
import type { Isolation, IsolationOptions, Sandbox, SandboxOptions } from "./isolation.ts";
import { openLandlock } from "./landlock.ts";
import { openOwnPlace } from "./own_place.ts";
import { sandboxMounts } from "./sandbox_mounts.ts";

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
    async spawn({ directory, source, policy, moduleOptions, cacheDirectory, onLine }) {
      const home = await homes.open(name, diskLimitsOf(policy));
      const { env, permissions } = policy;
      const variables = visibleVariables(env, permissions.env);
      const telemetry = telemetryEnvironment({ name, env, net: permissions.net, egress: "none" });
      const startFile = owned.use(
        await writeStartFile(join(place, "start", `${id}.json`), { listen, variables }),
      );
      const seen = owned.use(
        await sandboxMounts({
          functionsDirectory: settings.functionsDirectory,
          name,
          source,
          etc,
          cacheDirectory,
          home,
          startFile: startFile.path,
        }),
      );
      const disk = owned.use(await watchDisk(home));
      const process = disk.around(spawnFunction({
        ...sandboxCommand({
          network: "loopback",
          systemCallFilter,
          landlock,
          mounts: seen.mounts,
          links: seen.links,
          programs: needsPrograms(permissions),
          scratch: [SANDBOX_CACHE, LISTEN_DIRECTORY],
          workingDirectory: directory,
          command: runCommand({
            ...moduleOptions,
            permissions,
            listen,
            paths: SANDBOX_PATHS,
            heapBytes: policy.memoryBytes,
          }),
        }),
        env: functionEnvironment({
          listen,
          port: settings.preferredPort,
          paths: SANDBOX_PATHS,
          telemetry: telemetry.env,
        }),
        onLine,
      }));
      return {
        process,
        problems: [...home.problems, ...telemetry.problems, ...unboundedBandwidth(policy)],
        async findEndpoint(pid, signal) {
          // It has a process, and so all that it sees.
          await seen[Symbol.asyncDispose]();
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
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
