import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { type Namespace, type Network, openNetwork } from "../namespace/network.ts";
import { copyTree } from "../sandbox/copy_tree.ts";
import { openBounder } from "../disk/bounder.ts";
import { checkFunction, type CheckResult } from "../check/check.ts";
import type { ResourceLimits } from "../sandbox/cgroup_limits.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { functionMounts } from "../sandbox/function_mounts.ts";
import { writeSocketFilter } from "../sandbox/socket_filter.ts";
import { openReaper } from "../sandbox/reaper.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { type FullSite, openFullSandbox } from "./full_sandbox.ts";
import { openGroups } from "./groups.ts";
import { openHomes } from "./homes.ts";
import type { Isolation, SourceCheck } from "./isolation.ts";

/** Where all supervisors that are root keep their small files. */
const RUNTIME_DIRECTORY = "/run/ddsrv";

/**
 * What a check may use, whatever the function itself may: it reads code that nobody has seen yet.
 * The compiler takes some hundred megabytes for a large graph.
 */
const CHECK_LIMITS: ResourceLimits = { memoryBytes: 2 * 1024 ** 3, processes: 256, cpu: Infinity };

const TOO_HUNGRY = "The check ran out of memory: it may use 2GiB. Import less";

/** What sandboxes share, and where checks run: code that is read there may fetch modules. */
interface Site extends FullSite {
  readonly checkNamespace: Namespace;
}

/** Every layer: a namespace, a control group and a user for each instance. Takes root. */
export async function openFullIsolation(
  settings: Settings,
  onWarning: (message: string) => void,
): Promise<Isolation> {
  await using stack = new AsyncDisposableStack();
  const { socket, addressRange, dns } = settings;
  const egress = settings.egress === "none" ? "internet" : settings.egress;
  const network = stack.use(await openNetwork({ socket, addressRange, dns, egress, onWarning }));
  warnOfNetwork(network, onWarning);
  const { id: ownerId } = network.owner;
  const runtimeDirectory = join(RUNTIME_DIRECTORY, ownerId);
  // What a killed predecessor left there may hold variables of functions.
  await removeIfThere(runtimeDirectory);
  const groups = await openGroups(ownerId, onWarning);
  if (groups !== undefined) {
    stack.use(groups);
    stack.use(await openReaper(groups));
  }
  const etc = await writeEtcFiles(runtimeDirectory, network.resolvers);
  stack.defer(() => removeIfThere(runtimeDirectory));
  const socketFilter = await writeSocketFilter(runtimeDirectory);
  const checkNamespace = stack.use(
    await network.open({
      label: "check",
      egress: settings.egress === "full" ? "full" : "internet",
    }),
  );
  const { stateDirectory, uidRange } = settings;
  const bounder = await openBounder({ isRoot: true, onWarning });
  const homes = await openHomes({ stateDirectory, ownerId, uidRange, bounder });
  const own = { etc, runtimeDirectory, socketFilter };
  const site = { settings, network, homes, groups, checkNamespace, ...own };
  let checks = 0;
  const owned = stack.move();
  return {
    level: "full",
    ownerId,
    checkUid: homes.checkUid,
    dataDirectory: homes.directory,
    purge: homes.purge,
    canRelocate: true,
    open: (options) => openFullSandbox(site, options),
    check: (options) => check(site, { ...options, groupName: `check-${++checks}` }),
    copy: (source, target) => copyTree({ source, target, isSandboxed: true }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function warnOfNetwork(network: Network, onWarning: (message: string) => void): void {
  const swept = [...network.swept.namespaces, ...network.swept.links];
  if (swept.length > 0) onWarning(`Swept what an earlier run had left: ${swept.join(", ")}`);
  if (network.resolvers.length > 0) return;
  onWarning(
    "The host's resolv.conf names no resolver that functions could reach, so they can't look up " +
      "names. Name one with --dns ADDRESS",
  );
}

async function check(
  { settings, groups, etc, homes, checkNamespace }: Site,
  options: SourceCheck & { readonly groupName: string },
): Promise<CheckResult> {
  const { name, directory, moduleOptions, cacheDirectory, signal } = options;
  const { functionsDirectory, checkCode: checkTypes } = settings;
  await using group = await groups?.open(options.groupName, CHECK_LIMITS);
  const result = await checkFunction({
    ...moduleOptions,
    joinFiles: group?.joinFiles ?? [],
    functionsDirectory,
    directory,
    mounts: await functionMounts({ functionsDirectory, name, etc: etc.online }),
    cacheDirectory,
    networkPath: checkNamespace.path,
    uid: homes.checkUid,
    checkTypes,
    signal,
  });
  if (group === undefined || result.diagnostics === undefined) return result;
  return await group.oomKills() > 0 ? { ...result, diagnostics: TOO_HUNGRY } : result;
}
