import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { isAbandoned } from "../namespace/claim_range.ts";
import { type Network, openNetwork } from "../namespace/network.ts";
import { copyTree } from "../sandbox/copy_tree.ts";
import { openBounder } from "../disk/bounder.ts";
import type { ResourceLimits } from "../sandbox/cgroup_limits.ts";
import { openHostRoom } from "../sandbox/host_room.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { writeSystemCallFilter } from "../sandbox/system_call_filter.ts";
import { openReaper } from "../sandbox/reaper.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { checkLimits, describeOutOfMemory, openCheckGroups } from "./check_groups.ts";
import { openChecks } from "./checks.ts";
import { openFullSandbox } from "./full_sandbox.ts";
import { openGroups } from "./groups.ts";
import { openHomes } from "./homes.ts";
import type { Isolation, IsolationOptions } from "./isolation.ts";
import { codeCaches } from "./code_caches.ts";
import { describeStart } from "./describe_start.ts";
import { openLandlock } from "./landlock.ts";

/** Directory of small files of all supervisors that run as root. */
const RUNTIME_DIRECTORY = "/run/ddsrv";

/** Limits of the fetcher, which holds only modules that it transfers. */
const FETCH_LIMITS: ResourceLimits = { memoryBytes: 512 * 1024 ** 2, processes: 64, cpu: Infinity };

/** Opens full isolation: a namespace, a control group and a user for each instance. Needs root. */
export async function openFullIsolation(
  settings: Settings,
  { owner, onWarning }: IsolationOptions,
): Promise<Isolation> {
  await using stack = new AsyncDisposableStack();
  const { id: ownerId, tag } = owner;
  const { addressRange, addressRange6, dns } = settings;
  const sweepOther = (): Promise<void> => sweepTag(owner.otherTag, settings, onWarning);
  await sweepOther();
  // Hosts that the operator names may have private addresses; the fetcher allows only some hosts.
  const isNamed = settings.allowImport.length + settings.registries.length > 0;
  const fetchEgress = isNamed || settings.egress === "full" ? "full" : "internet";
  const egress = isNamed || settings.egress === "none" ? fetchEgress : settings.egress;
  const addresses = { addressRange, ipv6: { mode: settings.ipv6, addressRange6 } };
  const network = stack.use(
    await openNetwork({ ownerId: tag, ...addresses, dns, egress, onWarning }),
  );
  warnOfNetwork(network, onWarning);
  const runtimeDirectory = join(RUNTIME_DIRECTORY, tag);
  // Files of a killed supervisor may contain variables of functions.
  await removeIfThere(runtimeDirectory);
  const groups = await openGroups(tag, onWarning);
  if (groups !== undefined) {
    stack.use(groups);
    stack.use(await openReaper(groups));
  }
  const limits = checkLimits((await openHostRoom())().memory.limit);
  const checkGroups = groups && stack.use(await openCheckGroups(groups, limits));
  const etc = await writeEtcFiles(runtimeDirectory, network.resolvers);
  stack.defer(() => removeIfThere(runtimeDirectory));
  const systemCallFilter = await writeSystemCallFilter(runtimeDirectory);
  const fetchNamespace = stack.use(await network.open({ label: "fetch", egress: fetchEgress }));
  const { stateDirectory, uidRange = owner.users } = settings;
  const bounder = await openBounder({ isRoot: true, onWarning });
  const homes = await openHomes({ stateDirectory, ownerId, uidRange, bounder, onWarning });
  const landlock = await openLandlock(onWarning);
  const { functionsDirectory } = settings;
  const usersDirectory = join(runtimeDirectory, "users");
  const stage = { directory: join(runtimeDirectory, "stage") };
  await Deno.mkdir(stage.directory, { recursive: true, mode: 0o700 });
  const layers = { functionsDirectory, systemCallFilter, landlock, usersDirectory, stage };
  const context = { settings, network, homes, groups, etc, runtimeDirectory, layers };
  const fetchGroup = await groups?.open("fetcher", FETCH_LIMITS);
  if (fetchGroup !== undefined) stack.use(fetchGroup);
  let opened = 0;
  const checks = stack.use(
    await openChecks({
      settings,
      directory: join(runtimeDirectory, "checks"),
      etc,
      systemCallFilter,
      landlock,
      network: { path: fetchNamespace.path },
      hasIpv6: network.hasIpv6,
      // The firewall decides.
      isPrivateAllowed: true,
      fetcherUid: homes.fetcherUid,
      fetcherJoinFiles: fetchGroup?.joinFiles ?? [],
      uidOf: homes.uidOf,
      isNice: checkGroups === undefined,
      ...checkGroups === undefined ? {} : {
        openGroup: () => checkGroups.open(`check-${++opened}`),
        outOfMemory: describeOutOfMemory(limits),
      },
    }),
  );
  const owned = stack.move();
  return {
    level: "full",
    ownerId,
    sweepOther,
    cacheUid: homes.uidOf,
    dataDirectory: homes.directory,
    purge: homes.purge,
    ...codeCaches({
      directory: join(runtimeDirectory, "code"),
      systemCallFilter,
      landlock,
      uid: homes.fetcherUid,
    }),
    canRelocate: true,
    // Landlock's program waits in front of Deno.
    parking: landlock ? ["sandbox", "runtime"] : ["runtime"],
    describeStart: (name, start) =>
      describeStart({ name, functionsDirectory, dataDirectory: homes.directory, start }),
    openSandbox: (options) => openFullSandbox(context, options),
    check: checks.run,
    checkTogether: checks.runTogether,
    copy: (source, target) => copyTree({ source, target, isSandboxed: true }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * Removes what a killed supervisor with this tag has left behind. It is the other tag of this owner,
 * so no process uses it but a predecessor, which holds its lock.
 */
async function sweepTag(
  tag: string,
  { addressRange, addressRange6, ipv6: mode, dns }: Settings,
  onWarning: (message: string) => void,
): Promise<void> {
  if (!isAbandoned(tag)) return;
  await using stack = new AsyncDisposableStack();
  // Its own start warns of what it can't have.
  const ipv6 = { mode: mode === "off" ? "off" : "auto", addressRange6 } as const;
  const options = { addressRange, ipv6, dns, egress: "full", onWarning() {} } as const;
  const network = stack.use(await openNetwork({ ownerId: tag, ...options }));
  warnOfSwept(network, onWarning);
  const groups = await openGroups(tag, () => {});
  if (groups !== undefined) stack.use(groups);
  await removeIfThere(join(RUNTIME_DIRECTORY, tag));
}

function warnOfSwept(
  { swept: { namespaces, links } }: Network,
  onWarning: (message: string) => void,
): void {
  const swept = [...namespaces, ...links];
  if (swept.length > 0) onWarning(`Removed leftovers of a killed supervisor: ${swept.join(", ")}`);
}

function warnOfNetwork(network: Network, onWarning: (message: string) => void): void {
  warnOfSwept(network, onWarning);
  if (network.resolvers.length > 0) return;
  onWarning(
    "Functions can't resolve names: the host's resolv.conf has no resolver that they can reach. " +
      "Name one with --dns ADDRESS",
  );
}
