import { join } from "node:path";
import type { ReachableName } from "../namespace/egress_watch.ts";
import { hostProblems, readHostAddresses } from "../namespace/host_addresses.ts";
import type { Namespace, NamespaceOptions, Network } from "../namespace/network.ts";
import type { ControlGroups } from "../sandbox/control_groups.ts";
import type { EtcFiles } from "../sandbox/etc_files.ts";
import { SANDBOX_CACHE } from "../sandbox/function_mounts.ts";
import { openHostsFile } from "../sandbox/hosts_file.ts";
import { readListeners, waitForListener } from "../process/wait_for_listener.ts";
import { CommandError } from "../system/run.ts";
import { withMemoryLimit } from "./groups.ts";
import { BANDWIDTH_REMEDY } from "./bandwidth.ts";
import type { Homes } from "./homes.ts";
import type { Sandbox, SandboxOptions } from "./isolation.ts";
import { launchFunction } from "./launch_function.ts";
import { type CommonLayers, sandboxLayers } from "./sandbox_layers.ts";

/** Resources that all sandboxes of one supervisor share. */
export interface FullContext {
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
  const { network, homes, groups, runtimeDirectory } = context;
  const { name, egress, bandwidthBits, onProblems } = options;
  await using stack = new AsyncDisposableStack();
  let onNames = (_names: readonly ReachableName[]): void => {};
  let known: readonly ReachableName[] = [];
  const own = hostProblems(egress, readHostAddresses);
  onProblems(own);
  const namespace = stack.use(
    await openNamespace(network, {
      label: name,
      egress,
      bandwidthBits,
      onNames(names) {
        known = names;
        onNames(names);
        onProblems([...own, ...names.flatMap(describeProblem)]);
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
        onProblems([...own, `Cannot write the hosts file of the function: ${error.message}`])
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
      const startFile = join(runtimeDirectory, "start", `${namespace.name}.json`);
      const group = await groups?.open(String(namespace.ordinal), policy);
      if (group !== undefined) owned.use(group);
      const started = await launchFunction(owned, {
        name,
        homes,
        start,
        egress: policy.egress,
        listen: { type: "tcp", hostname: "0.0.0.0", port },
        port,
        startFile,
        isLimited: true,
        openLayers: sandboxLayers(owned, {
          ...context.layers,
          network: { path: namespace.path },
          joinFiles: group?.joinFiles ?? [],
          etc: etcOf(context, policy.egress).concat(hosts === undefined ? [] : [hosts.mount]),
          links: hosts === undefined ? [] : [hosts.link],
          scratch: [SANDBOX_CACHE],
        }),
        async findEndpoint(pid, signal) {
          const listener = await waitForListener({ pid, preferredPort: port, signal });
          if (listener === undefined) return undefined;
          if (listener.scope === "loopback") await namespace.exposeLoopback(listener.port);
          return { hostname: namespace.address, port: listener.port };
        },
        explain: explainListeners,
      });
      const process = withMemoryLimit(group, policy.memoryBytes, started.process);
      return { ...started, process };
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

async function explainListeners(pid: number): Promise<string | undefined> {
  const one = (await readListeners(pid)).find(({ scope }) => scope === "unreachable");
  if (one === undefined) return undefined;
  return `It listens only on an IPv6 address (port ${one.port}). Listen on 0.0.0.0 or 127.0.0.1`;
}

function etcOf({ etc }: FullContext, egress: SandboxOptions["egress"]): EtcFiles["online"] {
  if (egress === "none") return etc.offline;
  return typeof egress === "string" ? etc.online : etc.named;
}

function describeProblem({ name, problem }: ReachableName): string[] {
  return problem === undefined ? [] : [`Egress to "${name}": ${problem}`];
}
