import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { readDiskUsage } from "../disk/disk_usage.ts";
import type { ReachableName } from "../namespace/egress_watch.ts";
import type { Namespace, NamespaceOptions, Network } from "../namespace/network.ts";
import type { ControlGroups } from "../sandbox/control_groups.ts";
import { functionEnvironment, runCommand } from "../sandbox/deno_command.ts";
import type { EtcFiles } from "../sandbox/etc_files.ts";
import { SANDBOX_CACHE, SANDBOX_DATA, SANDBOX_PATHS } from "../sandbox/function_mounts.ts";
import { openHostsFile } from "../sandbox/hosts_file.ts";
import { visibleVariables } from "../sandbox/permission_flags.ts";
import { readListeners, waitForListener } from "../process/wait_for_listener.ts";
import { sandboxCommand } from "../sandbox/sandbox.ts";
import { spawnFunction } from "../process/spawn.ts";
import { needsPrograms } from "../sandbox/system_files.ts";
import { writeStartFile } from "../sandbox/start_file.ts";
import { telemetryEnvironment } from "../sandbox/telemetry_environment.ts";
import { CommandError } from "../system/run.ts";
import { withMemoryLimit } from "./groups.ts";
import { BANDWIDTH_REMEDY } from "./bandwidth.ts";
import type { Homes } from "./homes.ts";
import { diskLimitsOf, watchDisk } from "./disk_watch.ts";
import type { Sandbox, SandboxOptions } from "./isolation.ts";
import { sandboxMounts } from "./sandbox_mounts.ts";

/** What all sandboxes of one supervisor share. */
export interface FullSite {
  readonly settings: Settings;
  readonly network: Network;
  readonly homes: Homes;
  /** Missing where the host has none to offer. */
  readonly groups: ControlGroups | undefined;
  readonly etc: EtcFiles;
  readonly runtimeDirectory: string;
  /** Path of the filter of system calls. */
  readonly systemCallFilter: string;
  /** The kernel has Landlock. */
  readonly landlock: boolean;
}

/** Opens a namespace, and in it, once it is asked to, a process with every layer around it. */
export async function openFullSandbox(site: FullSite, options: SandboxOptions): Promise<Sandbox> {
  const { settings, network, homes, groups, runtimeDirectory } = site;
  const { name, egress, bandwidthBits, onProblems } = options;
  await using stack = new AsyncDisposableStack();
  let onNames = (_names: readonly ReachableName[]): void => {};
  let known: readonly ReachableName[] = [];
  const namespace = stack.use(
    await openWithin(network, {
      label: name,
      egress,
      bandwidthBits,
      onNames(names) {
        known = names;
        onNames(names);
        onProblems(names.flatMap(describeProblem));
      },
    }),
  );
  const hosts = typeof egress === "string"
    ? undefined
    : stack.use(await openHostsFile(join(runtimeDirectory, "names", namespace.name)));
  let writing = Promise.resolve();
  onNames = (names) => {
    writing = writing.then(() => hosts?.write(names))
      .catch((error) => onProblems([`Names can't be written: ${error.message}`]));
  };
  onNames(known);
  await writing;
  const owned = stack.move();
  owned.defer(() => {
    onNames = () => {};
    return writing;
  });

  return {
    namespace: namespace.name,
    async spawn({ directory, source, policy, moduleOptions, cacheDirectory, onLine }) {
      const port = settings.preferredPort;
      const listen = { type: "tcp", hostname: "0.0.0.0", port } as const;
      const home = await homes.open(name, diskLimitsOf(policy));
      const { env, permissions } = policy;
      const variables = visibleVariables(env, permissions.env);
      const telemetry = telemetryEnvironment({
        name,
        env,
        net: permissions.net,
        egress: policy.egress,
      });
      const startPath = join(runtimeDirectory, "start", `${namespace.name}.json`);
      const startFile = owned.use(
        await writeStartFile(startPath, { listen, variables }, home.uid),
      );
      const group = await groups?.open(String(namespace.ordinal), policy);
      if (group !== undefined) owned.use(group);
      const seen = owned.use(
        await sandboxMounts({
          functionsDirectory: settings.functionsDirectory,
          name,
          source,
          etc: etcOf(site, policy.egress).concat(hosts === undefined ? [] : [hosts.mount]),
          cacheDirectory,
          home,
          startFile: startFile.path,
        }),
      );
      const disk = owned.use(await watchDisk(home));
      const process = disk.around(spawnFunction({
        ...sandboxCommand({
          network: { path: namespace.path },
          joinFiles: group?.joinFiles ?? [],
          systemCallFilter: site.systemCallFilter,
          landlock: site.landlock,
          prefix: home.prefix,
          uid: home.uid,
          mounts: seen.mounts,
          programs: needsPrograms(permissions),
          links: hosts === undefined ? seen.links : [...seen.links, hosts.link],
          scratch: [SANDBOX_CACHE],
          workingDirectory: directory,
          command: runCommand({
            ...moduleOptions,
            permissions,
            listen,
            paths: SANDBOX_PATHS,
          }),
        }),
        env: functionEnvironment({ listen, port, paths: SANDBOX_PATHS, telemetry: telemetry.env }),
        onLine,
      }));
      return {
        process: withMemoryLimit(group, policy.memoryBytes, process),
        problems: [...home.problems, ...telemetry.problems],
        ...(home.isFileSystem ? { readDataUsage } : {}),
        async findEndpoint(pid, signal) {
          // It has a process, and so all that it sees.
          await seen[Symbol.asyncDispose]();
          const listener = await waitForListener({ pid, preferredPort: port, signal });
          if (listener === undefined) return undefined;
          if (listener.scope === "loopback") await namespace.exposeLoopback(listener.port);
          return { hostname: namespace.address, port: listener.port };
        },
        async explain(pid) {
          const [one] = (await readListeners(pid)).filter(({ scope }) => scope === "unreachable");
          if (one === undefined) return undefined;
          return `It listens on an IPv6 address alone (port ${one.port}); use 0.0.0.0 or 127.0.0.1`;
        },
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Says what to do about bandwidth that can't be bounded: nothing runs without its bounds. */
async function openWithin(
  network: Network,
  options: NamespaceOptions,
): Promise<Namespace> {
  try {
    return await network.open(options);
  } catch (cause) {
    if (!(cause instanceof CommandError) || !/\btc:|qdisc/.test(cause.reason)) throw cause;
    const reason = `Its bandwidth can't be bounded: ${cause.reason}. ${BANDWIDTH_REMEDY}`;
    throw new Error(reason, { cause });
  }
}

/** Seen from within the sandbox: the host has no mount of it. */
function readDataUsage(pid: number): ReturnType<typeof readDiskUsage> {
  return readDiskUsage(join("/proc", String(pid), "root", SANDBOX_DATA));
}

function etcOf({ etc }: FullSite, egress: SandboxOptions["egress"]): EtcFiles["online"] {
  if (egress === "none") return etc.offline;
  return typeof egress === "string" ? etc.online : etc.named;
}

function describeProblem({ name, problem }: ReachableName): string[] {
  return problem === undefined ? [] : [`Egress to "${name}": ${problem}`];
}
