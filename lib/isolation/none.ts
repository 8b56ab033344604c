import { dirname, join } from "node:path";
import { checkDirectly } from "../check/check_directly.ts";
import { withEgress } from "../config/egress_permissions.ts";
import type { Settings } from "../config/settings.ts";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import { dieWithParent } from "../sandbox/die_with_parent.ts";
import { copyTree } from "../sandbox/copy_tree.ts";
import { openBounder } from "../disk/bounder.ts";
import { ptyCommand } from "../process/pty_command.ts";
import type { ProcessPaths } from "../sandbox/sandbox_paths.ts";
import { SITE_DIRECTORY, SITE_SERVER } from "../sandbox/site.ts";
import { PRELOAD_FILE, RUN_PRELOAD_FILE } from "../sandbox/preload_file.ts";
import { isInstalled } from "../system/programs.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { sleep } from "../system/sleep.ts";
import { type Homes, openHomes } from "./homes.ts";
import type {
  Isolation,
  IsolationOptions,
  Sandbox,
  SandboxOptions,
  StartOptions,
} from "./isolation.ts";
import { launchFunction } from "./launch_function.ts";
import { openRuntimeDirectory, sweepRuntimeDirectory } from "./runtime_directory.ts";

const HOSTNAME = "127.0.0.1";

const PAUSE_MS = 5;

const NOT_ISOLATED =
  "--isolation=none is for development: only Deno's permissions isolate functions. They can " +
  "reach your network, and have no limits for CPU, processes, data and memory, except V8's heap";

/** Resources that all instances of one supervisor share. */
interface Context {
  readonly settings: Settings;
  readonly homes: Homes;
  readonly directory: string;
  /** Command prefix that makes the kernel kill the process when the supervisor exits. */
  readonly prefix: readonly string[];
}

/** Opens the level without isolation, for development: only Deno's permissions limit functions. */
export async function openNoIsolation(
  settings: Settings,
  { owner, onWarning }: IsolationOptions,
): Promise<Isolation> {
  await using stack = new AsyncDisposableStack();
  const { id: ownerId, tag } = owner;
  const { directory } = stack.use(await openRuntimeDirectory(settings, tag));
  await sweepRuntimeDirectory(settings, owner.otherTag);
  const { stateDirectory } = settings;
  const bounder = await openBounder({ isRoot: false, onWarning });
  const homes = await openHomes({ stateDirectory, ownerId, bounder, onWarning });
  onWarning(NOT_ISOLATED);
  const hasSetpriv = Deno.build.os === "linux" &&
    await isInstalled("setpriv", Deno.env.get("PATH") ?? "");
  const prefix = hasSetpriv ? dieWithParent(Deno.pid, []) : [];
  const context = { settings, homes, directory, prefix };
  let opened = 0;
  const owned = stack.move();
  return {
    level: "none",
    ownerId,
    // Its runtime directory is all that a killed predecessor leaves, and is emptied before its next use.
    sweepOther: () => sweepRuntimeDirectory(settings, owner.otherTag),
    cacheUid: () => Promise.resolve(undefined),
    dataDirectory: homes.directory,
    purge: homes.purge,
    codeTemplates: undefined,
    canRelocate: false,
    parking: [],
    describeStart: () => Promise.reject(new Error("Without isolation, no start is parked")),
    openSandbox: (options) => openSandbox(context, { ...options, id: ++opened }),
    check: (options) => checkDirectly(settings, { ...options, isNice: true }),
    copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openSandbox(
  { settings, homes, directory: runtimeDirectory, prefix }: Context,
  { name, id }: SandboxOptions & { readonly id: number },
): Promise<Sandbox> {
  const ownDirectory = join(runtimeDirectory, String(id));
  await Deno.mkdir(join(ownDirectory, "tmp"), { recursive: true, mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => removeIfThere(ownDirectory));
  const owned = stack.move();
  return {
    namespace: undefined,
    async spawn(start) {
      const { directory, policy, cacheDirectory, lock } = start;
      const terminal = start.oneOff?.terminal;
      const listen = { type: "tcp", hostname: HOSTNAME, port: findPort() } as const;
      // Without a network of its own, every process of this host reaches it.
      const inspector = start.debug && { hostname: HOSTNAME, port: findPort() };
      const startFile = join(ownDirectory, "start.json");
      const activityDirectory = join(ownDirectory, "activity");
      const preload = join(ownDirectory, "preload.js");
      await Deno.copyFile(start.oneOff === undefined ? PRELOAD_FILE : RUN_PRELOAD_FILE, preload);
      return await launchFunction(owned, {
        name,
        homes,
        // Deno would write missing modules into the folder.
        start: { ...start, moduleOptions: { ...start.moduleOptions, isVendored: false } },
        permissions: withEgress(policy.permissions, policy.egress),
        egress: undefined,
        listen,
        port: listen.port,
        inspector,
        startFile,
        activityDirectory,
        isLimited: false,
        async openLayers(home) {
          await linkStorage(cacheDirectory, home.storage);
          const ownLock = join(ownDirectory, "deno.lock");
          if (lock !== undefined) await Deno.copyFile(lock, ownLock);
          const writable = await ownNames(directory, policy.writable);
          const paths: ProcessPaths = {
            deno: start.moduleOptions.deno?.path ?? Deno.execPath(),
            preload,
            siteServer: join(SITE_DIRECTORY, SITE_SERVER),
            start: startFile,
            activity: activityDirectory,
            cache: cacheDirectory,
            data: home.files,
            temporary: join(ownDirectory, "tmp"),
          };
          return {
            paths,
            // Its module cache is writable, so computed imports work and add to its copy.
            lock: lock === undefined ? undefined : { path: ownLock, isFrozen: false },
            readable: await readablePaths(settings, { directory, paths }),
            writable,
            wrap: (command) => ({
              command: [
                ...prefix,
                ...(terminal === undefined ? command : ptyCommand(terminal, command)),
              ],
              cwd: directory,
              isDirect: true,
            }),
          };
        },
        findEndpoint: async (_pid, signal) =>
          await waitForPort(listen, signal) ? { ...listen } : undefined,
        explain: () =>
          Promise.resolve(
            `It does not listen on the port in the variable PORT (${listen.port}). Without ` +
              "isolation, ddsrv reaches only that port; it moves Deno.serve and node:http there",
          ),
        ...inspector && {
          findInspector: async (_pid: number, signal: AbortSignal) =>
            await waitForPort(inspector, signal) ? inspector : undefined,
        },
      });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * Links the storage of `Deno.openKv()` and `localStorage` into the module cache, where Deno looks
 * for it. The cache itself may be removed.
 */
async function linkStorage(cacheDirectory: string, storage: string): Promise<void> {
  const path = join(cacheDirectory, "location_data");
  await removeIfThere(path);
  await Deno.symlink(storage, path);
}

/**
 * Returns the paths of the writable names, which are in the folder itself: without a sandbox,
 * nothing can be mounted there.
 *
 * @throws {Error} when one leads through a link, by which the function could write anywhere
 */
async function ownNames(directory: string, names: readonly string[]): Promise<string[]> {
  const paths = names.map((name) => join(directory, name).replace(/\/$/, ""));
  for (const path of paths) {
    for (let part = path; part !== directory; part = dirname(part)) {
      const file = await Deno.lstat(part).catch(() => undefined);
      if (file?.isSymlink !== true) continue;
      throw new Error(
        `Its writable name "${part}" is a link. Replace the link with the file itself`,
      );
    }
  }
  return paths;
}

async function readablePaths(
  { functionsDirectory }: Settings,
  { directory, paths }: Pick<StartOptions, "directory"> & { readonly paths: ProcessPaths },
): Promise<string[]> {
  const common = [...COMMON_FILES, SHARED_DIRECTORY].map((file) => join(functionsDirectory, file));
  const { cache, data, temporary } = paths;
  return [directory, await Deno.realPath(directory), ...common, cache, data, temporary];
}

/** Returns a port that is free now. */
function findPort(): number {
  using listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  return listener.addr.port;
}

async function waitForPort(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      (await Deno.connect({ hostname, port })).close();
      return true;
    } catch {
      await sleep(PAUSE_MS, signal);
    }
  }
  return false;
}
