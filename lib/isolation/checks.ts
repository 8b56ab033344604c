import { join } from "node:path";
import { atLevel } from "../check/at_level.ts";
import { checkFunction, type CheckResult } from "../check/check.ts";
import { jointPlace, sandboxedPlace } from "../check/sandboxed_place.ts";
import { fetcherCommand } from "../check/fetcher_command.ts";
import { createFetcher } from "../check/fetcher.ts";
import { fetchHosts, isRegistry, proxyHosts } from "../check/fetch_hosts.ts";
import { withUnfetched } from "../check/unfetched.ts";
import { findNpmRegistry } from "../check/npm_registry.ts";
import { urlHost } from "../check/url_host.ts";
import { ConfigError } from "../config/json_file.ts";
import type { Settings } from "../config/settings.ts";
import { createRounds } from "../disk/rounds.ts";
import type { ControlGroup } from "../sandbox/control_groups.ts";
import { baseEnvironment } from "../sandbox/deno_command.ts";
import type { EtcFiles } from "../sandbox/etc_files.ts";
import type { Stage } from "../sandbox/extra_names.ts";
import { functionMounts, hostMounts } from "../sandbox/function_mounts.ts";
import type { Mount, SandboxOptions } from "../sandbox/sandbox.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { CacheError, watchCache } from "./cache_watch.ts";
import { packagesPlace, showPackages } from "./packages_place.ts";
import { findNativeCompiler } from "../sandbox/native_compiler.ts";
import { registryEnvironment } from "../sandbox/registry_environment.ts";
import { upstreamProxy } from "./fetch_environment.ts";
import type { JointCheck, SourceCheck } from "./isolation.ts";
import { JOINT_BOUNDS, runJointCheck } from "./joint_checks.ts";
import { discardModuleCache } from "./module_caches.ts";
import { writeNpmrc } from "./npmrc_file.ts";

/** Checks that run in sandboxes. Disposing of it stops the fetcher process. */
export interface Checks extends AsyncDisposable {
  readonly run: (options: SourceCheck) => Promise<CheckResult>;
  /** See `checkTogether` of `Isolation`. */
  readonly runTogether: (options: JointCheck) => Promise<ReadonlyMap<string, CheckResult>>;
}

/** Resources that the checks of one supervisor share. */
export interface ChecksOptions {
  readonly settings: Pick<Settings, "functionsDirectory" | "allowImport" | "registries">;
  /** Directory for small files and sockets; only the supervisor may write to it. */
  readonly directory: string;
  /** Mounts in `/etc` of the fetcher (`online`) and of checks (`offline`). */
  readonly etc: Pick<EtcFiles, "online" | "offline">;
  readonly systemCallFilter: string;
  /** Adds Landlock rules to the mounts. */
  readonly landlock: boolean;
  /** Network of the fetcher; the supervisor's own when left out. */
  readonly network?: SandboxOptions["network"];
  /** A firewall limits that network, and IPv6 like IPv4; `false` when left out. */
  readonly hasIpv6?: boolean;
  /**
   * Allows private addresses for the hosts that modules may come from: because a firewall limits
   * the fetcher, or because the operator named the hosts.
   */
  readonly isPrivateAllowed: boolean;
  /** User of the fetcher; the supervisor's own when left out. */
  readonly fetcherUid?: number | undefined;
  /** Files by which the fetcher joins its control groups. */
  readonly fetcherJoinFiles?: readonly string[];
  /**
   * Returns the user that checks a function and owns its cache; `undefined` for the supervisor's.
   */
  readonly uidOf: (name: string) => Promise<number | undefined>;
  /** Creates the control group of one check; missing where the host has no control groups. */
  readonly openGroup?: () => Promise<ControlGroup>;
  /** Runs checks at low CPU priority, where no control group does; `false` when left out. */
  readonly isNice?: boolean;
  /** Diagnostics of a check that exceeded the memory limit of its group. */
  readonly outOfMemory?: string;
}

/** Opens the resources that checks share. No process starts before the first check. */
export async function openChecks(options: ChecksOptions): Promise<Checks> {
  const { settings, directory, etc, network, fetcherUid, uidOf, openGroup, isNice } = options;
  const { hasIpv6 = false } = options;
  const {
    isPrivateAllowed,
    systemCallFilter,
    landlock,
    outOfMemory = "The check ran out of memory",
  } = options;
  const pathOf = (name: string): string => join(directory, name);
  // No other user may enter: the sockets inside accept every user.
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await Deno.mkdir(pathOf("stage"), { recursive: true, mode: 0o700 });
  for (const name of ["fetch", "npmrc", "joint"]) {
    await Deno.mkdir(pathOf(name), { recursive: true, mode: 0o755 });
  }
  const env = baseEnvironment();
  const compiler = await findNativeCompiler();
  // The operator sets the environment, so the hosts that it names are allowed.
  const named = [
    ...proxyHosts(upstreamProxy()),
    ...Object.values(registryEnvironment()).map(urlHost),
  ];
  const fetcher = createFetcher({
    directory: pathOf("fetch"),
    uid: fetcherUid,
    env: { ...env, ...upstreamProxy() },
    launch: await fetcherCommand({
      ...network === undefined ? {} : { network },
      hasIpv6,
      systemCallFilter,
      landlock,
      uid: fetcherUid,
      joinFiles: options.fetcherJoinFiles ?? [],
      etc: etc.online,
      directory: pathOf("fetch"),
      hosts: [...settings.allowImport, ...settings.registries, ...named],
      isPrivateAllowed: isPrivateAllowed || named.length > 0,
    }),
  });
  const watch = createRounds();
  let finding: Promise<string> | undefined;
  let checks = 0;
  const closing = new AbortController();
  const joint = new Set<Promise<unknown>>();

  function findRegistry(): Promise<string> {
    finding ??= findIn(pathOf("registry"));
    // The next check tries again.
    finding.catch(() => finding = undefined);
    return finding;
  }

  async function findIn(own: string): Promise<string> {
    try {
      await Deno.mkdir(own, { mode: 0o700 });
      return await findNpmRegistry({ deno: Deno.execPath(), env, directory: own });
    } finally {
      await removeIfThere(own);
    }
  }

  async function run(options: SourceCheck): Promise<CheckResult> {
    return atLevel(await tryOne(options), options.level);
  }

  async function tryOne(options: SourceCheck): Promise<CheckResult> {
    try {
      return await runOne(options);
    } catch (error) {
      // The author of the function can fix its .npmrc.
      if (error instanceof ConfigError) return { diagnostics: error.message, modules: [] };
      if (!(error instanceof CacheError)) throw error;
      await discardModuleCache(options.cacheDirectory);
      return { diagnostics: error.message, modules: [], exhausted: "memory" };
    }
  }

  async function runOne(options: SourceCheck): Promise<CheckResult> {
    const { name, directory, moduleOptions, cacheDirectory, registries } = options;
    // Start the fetcher first: both take as long as Deno needs to start.
    fetcher.start();
    const npmRegistry = await findRegistry();
    const uid = await uidOf(options.cacheName ?? name);
    await using stack = new AsyncDisposableStack();
    const path = pathOf(`npmrc/${++checks}`);
    stack.defer(() => removeIfThere(path));
    const npmrc = await writeNpmrc(options, {
      path,
      uid,
      isAllowed: (host) => isRegistry(host, { registries, npmRegistry }),
    });
    const { allowImport } = moduleOptions;
    const fetching = stack.use(
      await fetcher.open(fetchHosts({ allowImport, registries, npmRegistry }), options.signal),
    );
    const group = await openGroup?.();
    if (group !== undefined) stack.use(group);
    const { functionsDirectory } = settings;
    const filled = new Set([cacheDirectory]);
    const cache = stack.use(watchCache(() => [...filled], watch));
    const mounted = stack.use(
      await functionMounts({
        functionsDirectory,
        name,
        etc: etc.offline,
        deno: moduleOptions.deno?.path,
      }),
    );
    const placeWith = (mounts: readonly Mount[]): ReturnType<typeof sandboxedPlace> =>
      sandboxedPlace({
        joinFiles: group?.joinFiles ?? [],
        systemCallFilter,
        landlock,
        uid,
        stage: stageOf(pathOf("stage"), uid),
        mounts: [...mounts, ...npmrc === undefined ? [] : [npmrc]],
        cacheDirectory,
        fetchDirectory: fetching.directory,
        directory,
        bounds: options.bounds,
        isNice,
        compiler,
        cpuTimeMs: group?.cpuTimeMs,
      });
    const { packagesDirectory: place } = options;
    const packages = place === undefined ? undefined : packagesPlace({
      directory: place,
      uid,
      onOpen: (directories) => directories.forEach((one) => filled.add(one)),
      around(shown) {
        const folder = join(functionsDirectory, name);
        return placeWith(showPackages(mounted.mounts, { folder, shown })).around;
      },
    });
    const result = await checkFunction({
      ...options,
      ...moduleOptions,
      packages,
      signal: AbortSignal.any([options.signal, cache.signal]),
      functionsDirectory,
      realDirectory: await Deno.realPath(directory),
      checkTypes: options.level === "types",
      place: placeWith(mounted.mounts),
    });
    const { diagnostics } = result;
    if (diagnostics === undefined) return result;
    if (group !== undefined && await group.oomKills() > 0) {
      return { ...result, diagnostics: outOfMemory, exhausted: "memory" };
    }
    return withUnfetched(result, await fetching.close());
  }

  function runTogether(options: JointCheck): Promise<ReadonlyMap<string, CheckResult>> {
    const signal = AbortSignal.any([options.signal, closing.signal]);
    const running = checkJointly({ ...options, signal }).finally(() => joint.delete(running));
    joint.add(running);
    return running;
  }

  async function checkJointly(options: JointCheck): Promise<ReadonlyMap<string, CheckResult>> {
    const { functionsDirectory } = settings;
    await using stack = new AsyncDisposableStack();
    const copies = pathOf(`joint/${++checks}`);
    stack.defer(() => removeIfThere(copies));
    return await runJointCheck({
      ...options,
      functionsDirectory,
      directory: copies,
      async openPlace() {
        const group = await openGroup?.();
        if (group !== undefined) stack.use(group);
        return jointPlace({
          joinFiles: group?.joinFiles ?? [],
          systemCallFilter,
          landlock,
          uid: await uidOf(JOINT_USER),
          mounts: [
            ...await hostMounts(options.moduleOptions.deno?.path),
            ...etc.offline,
            { source: copies, target: functionsDirectory },
          ],
          directory: functionsDirectory,
          bounds: JOINT_BOUNDS,
          isNice,
          compiler,
          cpuTimeMs: group?.cpuTimeMs,
        });
      },
    });
  }

  return {
    run,
    runTogether,
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Cannot check functions: ddsrv is stopping"));
      // The functions that began such a check do not wait for its end.
      await Promise.allSettled(joint);
      await fetcher[Symbol.asyncDispose]();
    },
  };
}

/** Name of the user of checks of several functions: no function can have this name. */
const JOINT_USER = ".joint";

/** Returns where launch chains of a user put a folder and its `node_modules` together. */
function stageOf(directory: string, uid: number | undefined): Stage {
  if (uid !== undefined) return { directory };
  return { directory, user: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 } };
}
