import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { copyTree } from "../sandbox/copy_tree.ts";
import { openBounder } from "../disk/bounder.ts";
import { checkFunction } from "../check/check.ts";
import { functionEnvironment, runCommand } from "../sandbox/deno_command.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { functionMounts, SANDBOX_CACHE, SANDBOX_PATHS } from "../sandbox/function_mounts.ts";
import { waitForSocket } from "../process/held_socket.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { readListeners } from "../process/readiness.ts";
import { type Mount, sandboxCommand } from "../sandbox/sandbox.ts";
import { writeSocketFilter } from "../sandbox/socket_filter.ts";
import { spawnFunction } from "../process/spawn.ts";
import { writeStartFile } from "../sandbox/start_file.ts";
import { telemetryEnvironment } from "../sandbox/telemetry_environment.ts";
import { type Homes, openHomes } from "./homes.ts";
import { diskLimitsOf, watchDisk } from "./disk_watch.ts";
import type { Isolation, Sandbox, SandboxOptions, SourceCheck } from "./isolation.ts";
import { openOwnPlace } from "./own_place.ts";
import { sandboxMounts } from "./sandbox_mounts.ts";

/** A directory in memory for the one socket that a function is reached by. */
const LISTEN_DIRECTORY = "/ddsrv/listen";

const LISTEN = { type: "unix", path: join(LISTEN_DIRECTORY, "http.sock") } as const;

const NOT_BOUNDED =
  "Rootless: functions have no egress, and nothing bounds their memory (but for V8's heap), their " +
  "processes and their CPU; their data is only counted. For that, run ddsrv as root";

/** What all sandboxes of one supervisor share. */
interface Site {
  readonly settings: Settings;
  readonly homes: Homes;
  readonly directory: string;
  readonly etc: readonly Mount[];
  /** Path of the filter of system calls. */
  readonly socketFilter: string;
}

/**
 * What namespaces give to an ordinary user: files, processes and a network of nothing but its own
 * loopback for each instance, which is reached over a Unix socket.
 *
 * @throws {Error} when the caller is root: a function would be root's in its namespace
 */
export async function openRootlessIsolation(
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<Isolation> {
  await using stack = new AsyncDisposableStack();
  const { ownerId, directory } = stack.use(await openOwnPlace(settings));
  const etc = await writeEtcFiles(directory, []);
  const { stateDirectory } = settings;
  const bounder = await openBounder({ isRoot: false, onWarning });
  const homes = await openHomes({ stateDirectory, ownerId, isOwn: true, bounder });
  onWarning(NOT_BOUNDED);
  const socketFilter = await writeSocketFilter(directory);
  const site = { settings, homes, directory, etc: etc.offline, socketFilter };
  let opened = 0;
  const owned = stack.move();
  return {
    level: "rootless",
    ownerId,
    checkUid: undefined,
    dataDirectory: homes.directory,
    purge: homes.purge,
    canRelocate: true,
    open: (options) => Promise.resolve(openSandbox(site, { ...options, id: ++opened })),
    check: (options) => check(site, options),
    copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function openSandbox(
  { settings, homes, directory: place, etc, socketFilter }: Site,
  { name, id }: SandboxOptions & { readonly id: number },
): Sandbox {
  const owned = new AsyncDisposableStack();
  return {
    namespace: undefined,
    async start({ directory, source, policy, moduleOptions, cacheDirectory, onLine }) {
      const home = await homes.open(name, diskLimitsOf(policy));
      const { env, permissions } = policy;
      const variables = visibleVariables(env, permissions.env);
      const telemetry = telemetryEnvironment({ name, env, net: permissions.net, egress: "none" });
      const startFile = owned.use(
        await writeStartFile(join(place, "start", `${id}.json`), { listen: LISTEN, variables }),
      );
      const disk = owned.use(await watchDisk(home));
      const process = disk.around(spawnFunction({
        command: sandboxCommand({
          network: "loopback",
          socketFilter,
          mounts: await sandboxMounts({
            functionsDirectory: settings.functionsDirectory,
            name,
            source,
            etc,
            cacheDirectory,
            home,
            startFile: startFile.path,
          }),
          scratch: [SANDBOX_CACHE, LISTEN_DIRECTORY],
          workingDirectory: directory,
          command: runCommand({
            ...moduleOptions,
            permissions,
            listen: LISTEN,
            paths: SANDBOX_PATHS,
            heapBytes: policy.memoryBytes,
          }),
        }),
        env: functionEnvironment({
          listen: LISTEN,
          port: settings.preferredPort,
          paths: SANDBOX_PATHS,
          telemetry: telemetry.env,
        }),
        onLine,
      }));
      return {
        process,
        problems: [...home.problems, ...telemetry.problems],
        async findEndpoint(pid, signal) {
          const socket = await waitForSocket(join(`/proc/${pid}/root`, LISTEN.path), signal);
          return socket === undefined ? undefined : { path: owned.use(socket).path };
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

/**
 * A check has the host's network, for modules: it fetches from hosts that imports are allowed from,
 * and from the npm registry. A function's own registry would be a way to ask anybody anything.
 */
async function check(
  { settings, directory: place }: Site,
  { name, directory, moduleOptions, cacheDirectory, signal }: SourceCheck,
): ReturnType<Isolation["check"]> {
  const { functionsDirectory, checkCode: checkTypes } = settings;
  const etc = await existing(["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"]);
  const registry = await existing([join(directory, ".npmrc")]);
  const hidden = registry.map(({ target }) => ({
    source: join(place, "resolv-offline.conf"),
    target,
  }));
  return await checkFunction({
    ...moduleOptions,
    functionsDirectory,
    directory,
    mounts: [...await functionMounts({ functionsDirectory, name, etc }), ...hidden],
    cacheDirectory,
    checkTypes,
    signal,
  });
}

async function existing(paths: readonly string[]): Promise<Mount[]> {
  const mounts = await Promise.all(paths.map(async (path) => {
    const source = await Deno.realPath(path).catch(() => undefined);
    return source === undefined ? undefined : { source, target: path };
  }));
  return mounts.filter((mount) => mount !== undefined);
}
