import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import type { ReachableName } from "../namespace/egress_watch.ts";
import { hostProblems, ipv6Problems, readHostAddresses } from "../namespace/host_addresses.ts";
import type { Namespace, NamespaceOptions, Network } from "../namespace/network.ts";
import type { ControlGroups } from "../sandbox/control_groups.ts";
import type { EtcFiles } from "../sandbox/etc_files.ts";
import { inspectorRelay } from "../sandbox/inspector_relay.ts";
import { SANDBOX_CACHE } from "../sandbox/sandbox_paths.ts";
import { openHostsFile } from "../sandbox/hosts_file.ts";
import { waitForInspector } from "./wait_for_inspector.ts";
import type { Listener } from "../process/socket_table.ts";
import type { Endpoint } from "../system/endpoint.ts";
import { CommandError } from "../system/run.ts";
import { readOwnMemory, withMemoryLimit } from "./groups.ts";
import { BANDWIDTH_REMEDY } from "./bandwidth.ts";
import { explainListeners, findListener, followListener } from "./find_listener.ts";
import type { Homes } from "./homes.ts";
import type { Sandbox, SandboxOptions } from "./isolation.ts";
import { reachListener } from "./reach_listener.ts";
import { launchFunction } from "./launch_function.ts";
import { mergeProblems } from "./merge_problems.ts";
import { type CommonLayers, sandboxLayers } from "./sandbox_layers.ts";

/** Resources that all sandboxes of one supervisor share. */
export interface FullContext {
  readonly settings: Settings;
  readonly network: Network;
  readonly homes: Homes;
  /** `undefined` where the host has no control groups. */
  readonly groups: ControlGroups | undefined;
  readonly etc: EtcFiles;
  readonly runtimeDirectory: string;
  readonly layers: CommonLayers;
}

/** Opens a network namespace for one instance, in which `spawn` starts the process. */
export async function openFullSandbox(
  context: FullContext,
  options: SandboxOptions,
): Promise<Sandbox> {
  const { settings, network, homes, groups, runtimeDirectory } = context;
  const { name, egress, bandwidthBits, onProblems, onRefused } = options;
  await using stack = new AsyncDisposableStack();
  const problems = mergeProblems(onProblems);
  let onNames = (_names: readonly ReachableName[]): void => {};
  let known: readonly ReachableName[] = [];
  problems.set("host", hostProblems(egress, readHostAddresses));
  problems.set("ipv6", network.hasIpv6 ? [] : ipv6Problems(egress));
  const namespace = stack.use(
    await openNamespace(network, {
      label: name,
      egress,
      bandwidthBits,
      onRefused,
      onNames(names) {
        known = names;
        onNames(names);
        problems.set("egress", names.flatMap(describeProblem));
      },
    }),
  );
  const hosts = typeof egress === "string"
    ? undefined
    : stack.use(await openHostsFile(join(runtimeDirectory, "names", namespace.name)));
  let writing = Promise.resolve();
  onNames = (names) => {
    writing = writing.then(() => hosts?.write(names))
      .catch((error) =>
        problems.set("egress", [`Cannot write the hosts file of the function: ${error.message}`])
      );
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
    async spawn(start) {
      const { policy } = start;
      const port = policy.preferredPort;
      const { hasIpv6 } = network;
      const ports = { port, defaultPort: settings.preferredPort, hasIpv6 };
      let served: number | undefined;
      const startFile = join(runtimeDirectory, "start", `${namespace.name}.json`);
      const inspector = start.debug && inspectorRelay(namespace.name, port);
      const search = {
        ...ports,
        startFile,
        inspectorPort: inspector?.port,
        onDoubt: (found: readonly string[]) => problems.set("port", found),
      };
      const reach = async (listener: Listener): Promise<Endpoint> => {
        served = listener.port;
        return await reachListener(namespace, listener);
      };
      const group = await groups?.open(String(namespace.ordinal), policy);
      if (group !== undefined) owned.use(group);
      const started = await launchFunction(owned, {
        name,
        homes,
        start,
        egress: policy.egress,
        port,
        inspector,
        startFile,
        activityDirectory: join(runtimeDirectory, "activity", namespace.name),
        isLimited: true,
        openLayers: sandboxLayers(owned, {
          ...context.layers,
          network: { path: namespace.path },
          hasAllPorts: true,
          joinFiles: group?.joinFiles ?? [],
          etc: etcOf(context, policy.egress).concat(hosts === undefined ? [] : [hosts.mount]),
          links: hosts === undefined ? [] : [hosts.link],
          scratch: [SANDBOX_CACHE],
        }),
        async findEndpoint(pid, signal) {
          const found = await findListener({ pid, ...search, signal });
          return found === undefined ? undefined : await reach(found.listener);
        },
        async followEndpoint(pid, { onMoved, signal }) {
          if (served === undefined) return;
          await followListener({
            pid,
            ...search,
            found: served,
            onMoved: async (listener) => onMoved(await reach(listener)),
            signal,
          });
        },
        explain: (pid) => explainListeners(pid, { ...ports, inspectorPort: inspector?.port }),
        ...inspector && { findInspector: waitForInspector(owned, inspector) },
      });
      const process = withMemoryLimit(group, policy.memoryBytes, started.process);
      return { ...started, process, ...readOwnMemory(group) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Adds the remedy to an error about the bandwidth limit: no function runs without its limits. */
async function openNamespace(
  network: Network,
  options: NamespaceOptions,
): Promise<Namespace> {
  try {
    return await network.open(options);
  } catch (cause) {
    if (!(cause instanceof CommandError) || !/\btc:|qdisc/.test(cause.reason)) throw cause;
    const reason =
      `Cannot limit the bandwidth of the function: ${cause.reason}. ${BANDWIDTH_REMEDY}`;
    throw new Error(reason, { cause });
  }
}

function etcOf({ etc }: FullContext, egress: SandboxOptions["egress"]): EtcFiles["online"] {
  if (egress === "none") return etc.offline;
  return typeof egress === "string" ? etc.online : etc.named;
}

function describeProblem({ name, problem }: ReachableName): string[] {
  return problem === undefined ? [] : [`Egress to "${name}": ${problem}`];
}
