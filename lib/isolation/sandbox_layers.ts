import { codeCacheFiles, isReadOnly } from "../sandbox/code_cache.ts";
import { dieWithParent } from "../sandbox/die_with_parent.ts";
import { SANDBOX_LOCK, SANDBOX_PATHS } from "../sandbox/sandbox_paths.ts";
import type { StartOptions } from "./isolation.ts";
import { ptyCommand } from "../process/pty_command.ts";
import { type Mount, sandboxCommand, type SandboxOptions } from "../sandbox/sandbox.ts";
import { writeUserFiles } from "../sandbox/user_files.ts";
import { needsPrograms } from "../sandbox/system_files.ts";
import { holdTrustedPath } from "../system/trusted_path.ts";
import { diskLimitsOf, watchDisk } from "./disk_watch.ts";
import type { Home } from "./homes.ts";
import type { LaunchOptions } from "./launch_function.ts";
import { sandboxMounts, writablePaths } from "./sandbox_mounts.ts";
import { seedWritable, type WritableName } from "./seed_writable.ts";

/** Number of bytes that a start waits for, by the place where it is parked. */
const GATES = { none: 0, runtime: 1, sandbox: 2 } as const;

/** Options that are the same for all sandboxes of one supervisor. */
export interface CommonLayers
  extends Pick<SandboxOptions, "systemCallFilter" | "landlock" | "stage"> {
  readonly functionsDirectory: string;
  /** Directory for small files of single instances; only the supervisor may write to it. */
  readonly usersDirectory: string;
}

/** Options of a sandbox that the isolation level decides. */
export interface SandboxLayersOptions
  extends
    CommonLayers,
    Pick<SandboxOptions, "network" | "hasAllPorts" | "joinFiles" | "links" | "scratch"> {
  readonly etc: readonly Mount[];
  /** The supervisor, where no reaper ends what outlives it. */
  readonly parentPid?: number;
}

/**
 * Returns a function that opens the mounts of a sandbox and starts to watch the function's data;
 * `owned` closes both. It throws when the data already exceeds its limits.
 */
export function sandboxLayers(
  owned: AsyncDisposableStack,
  options: SandboxLayersOptions,
): LaunchOptions["openLayers"] {
  return async (home, { start, ...launch }) => {
    // Without a user of its own, the function has the supervisor's, also in its user namespace.
    const uid = home.uid ?? Deno.uid() ?? 0;
    const user = owned.use(await writeUserFiles(options.usersDirectory, uid));
    const etc = [...options.etc, ...user.mounts];
    const writable = await openWritable({ ...options, ...start, ...launch, home });
    // Without Landlock there is no perl in the sandbox, which copies the databases.
    const code = options.landlock || isReadOnly(start.code) ? start.code : undefined;
    const mountOptions = { ...options, ...start, ...launch, etc, home, writable, code };
    const mounted = owned.use(await sandboxMounts(mountOptions));
    const { around } = owned.use(await watchDisk(home));
    return {
      paths: SANDBOX_PATHS,
      code,
      lock: start.lock === undefined ? undefined : { path: SANDBOX_LOCK, isFrozen: true },
      writable: writablePaths(mountOptions),
      around,
      release: () => mounted[Symbol.asyncDispose](),
      wrap: (program) => {
        const { parking, oneOff } = start;
        // These use their standard input themselves.
        const inputFile = parking === undefined && oneOff === undefined
          ? undefined
          : owned.use(inputFileOf(launch.startFile)).path;
        const { inspector } = launch;
        const chain = sandboxCommand({
          ...options,
          inspector: inspector?.socket === undefined
            ? undefined
            : { port: inspector.port, socket: inspector.socket },
          inputFile,
          isParked: parking === "sandbox",
          isInteractive: oneOff?.terminal !== undefined,
          prefix: home.prefix,
          uid: home.uid,
          mounts: mounted.mounts,
          programs: needsPrograms(start.policy.permissions),
          copies: codeCacheFiles(code).copies,
          links: [...mounted.links, ...options.links ?? []],
          workingDirectory: start.directory,
          command: program,
        });
        const { terminal } = oneOff ?? {};
        const shown = terminal === undefined ? chain.command : ptyCommand(terminal, chain.command);
        // The program of the terminal is in none of the groups that a reaper removes.
        const parentPid = options.parentPid ?? (terminal === undefined ? undefined : Deno.pid);
        const command = parentPid === undefined ? shown : dieWithParent(parentPid, shown);
        if (inputFile === undefined) return { command, input: chain.input };
        Deno.writeTextFileSync(inputFile, chain.input, { mode: 0o600, createNew: true });
        return { command, gates: GATES[parking ?? "none"] };
      },
    };
  };
}

/** Returns the path of the input of a parked launch chain. Disposing of it removes the file. */
function inputFileOf(startFile: string): { readonly path: string } & Disposable {
  const path = `${startFile}.input`;
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

/** Returns the data of a function's writable names, and fills it at the first start. */
async function openWritable(
  options: Pick<StartOptions, "policy" | "source"> & CommonLayers & {
    readonly name: string;
    readonly home: Home;
  },
): Promise<WritableName[]> {
  const { policy, functionsDirectory, name, source = name } = options;
  const names = policy.writable;
  if (names.length === 0) return [];
  using directory = await holdTrustedPath(functionsDirectory);
  using folder = await holdTrustedPath(source, { directory });
  return await seedWritable({ ...options, names, folder, limits: diskLimitsOf(policy) });
}
