import { join } from "node:path";
import { checkFunction, type CheckResult } from "../check/check.ts";
import { sandboxedPlace } from "../check/check_place.ts";
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
import { functionMounts } from "../sandbox/function_mounts.ts";
import type { SandboxOptions } from "../sandbox/sandbox.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { CacheError, watchCache } from "./cache_watch.ts";
import { registryEnvironment, upstreamProxy } from "./fetch_environment.ts";
import type { SourceCheck } from "./isolation.ts";
import { discardModuleCache } from "./module_caches.ts";
import { writeNpmrc } from "./npmrc_file.ts";

/** Checks that run in sandboxes. Disposing of them ends the process that fetches for them. */
export interface Checks extends AsyncDisposable {
  readonly run: (options: SourceCheck) => Promise<CheckResult>;
}

/** Resources that the checks of one supervisor share. */
export interface ChecksOptions {
  readonly settings: Pick<
    Settings,
    "functionsDirectory" | "checkCode" | "allowImport" | "registries"
  >;
  /** Holds small files and sockets; the supervisor alone may write to it. */
  readonly directory: string;
  /** For the process that fetches, and for checks, which look up nothing. */
  readonly etc: Pick<EtcFiles, "online" | "offline">;
  /** Path of the filter of system calls. */
  readonly systemCallFilter: string;
  /** The kernel has Landlock. */
  readonly landlock: boolean;
  /** The network of the process that fetches; the supervisor's own when left out. */
  readonly network?: SandboxOptions["network"];
  /**
   * Hosts that may be fetched from may have private addresses: something else keeps the fetcher
   * from those that it must not reach, or the operator has named hosts.
   */
  readonly isPrivateAllowed: boolean;
  /** User of the process that fetches; the supervisor's own when left out. */
  readonly fetcherUid?: number | undefined;
  /** Files by which the process that fetches joins its control groups. */
  readonly fetcherJoinFiles?: readonly string[];
  /** User that owns a function's module cache and checks it; the supervisor's own when missing. */
  readonly uidOf: (name: string) => Promise<number | undefined>;
  /** Opens a control group for one check, where the host has any. */
  readonly openGroup?: () => Promise<ControlGroup>;
  /** Functions go first, where no control group says so; `false` when left out. */
  readonly isNice?: boolean;
  /** Told of a check that wanted more memory than its group allows. */
  readonly hunger?: string;
}

/** Opens what checks share; nothing of it runs until the first check. */
export async function openChecks(options: ChecksOptions): Promise<Checks> {
  const { settings, directory, etc, network, fetcherUid, uidOf, openGroup, isNice } = options;
  const { isPrivateAllowed, systemCallFilter, landlock, hunger = "The check ran out of memory" } =
    options;
  const place = (name: string): string => join(directory, name);
  // Nobody else enters it: the sockets within are open to every user who does.
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of ["fetch", "npmrc"]) {
    await Deno.mkdir(place(name), { recursive: true, mode: 0o755 });
  }
  const env = { ...baseEnvironment(), ...registryEnvironment() };
  // The environment is the operator's, and so are the addresses that it names.
  const named = [
    ...proxyHosts(upstreamProxy()),
    ...Object.values(registryEnvironment()).filter((url) => URL.canParse(url)).map(urlHost),
  ];
  const fetcher = createFetcher({
    directory: place("fetch"),
    uid: fetcherUid,
    env: { ...env, ...upstreamProxy() },
    launch: await fetcherCommand({
      ...network === undefined ? {} : { network },
      systemCallFilter,
      landlock,
      uid: fetcherUid,
      joinFiles: options.fetcherJoinFiles ?? [],
      etc: etc.online,
      directory: place("fetch"),
      hosts: [...settings.allowImport, ...settings.registries, ...named],
      isPrivateAllowed: isPrivateAllowed || named.length > 0,
    }),
  });
  const watch = createRounds();
  let finding: Promise<string> | undefined;
  let checks = 0;

  function findRegistry(): Promise<string> {
    finding ??= findIn(place("registry"));
    // It may do better the next time.
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
    try {
      return await runOne(options);
    } catch (error) {
      // What the function's .npmrc says is for its author to change.
      if (error instanceof ConfigError) return { diagnostics: error.message, modules: [] };
      if (!(error instanceof CacheError)) throw error;
      await discardModuleCache(options.cacheDirectory);
      return { diagnostics: error.message, modules: [], exhausted: "memory" };
    }
  }

  async function runOne(options: SourceCheck): Promise<CheckResult> {
    const { name, directory, moduleOptions, cacheDirectory, registries } = options;
    // Both take a Deno's start.
    fetcher.start();
    const npmRegistry = await findRegistry();
    const uid = await uidOf(options.cacheName ?? name);
    await using stack = new AsyncDisposableStack();
    const path = place(`npmrc/${++checks}`);
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
    const { functionsDirectory, checkCode } = settings;
    const cache = stack.use(watchCache(cacheDirectory, watch));
    const seen = stack.use(await functionMounts({ functionsDirectory, name, etc: etc.offline }));
    const result = await checkFunction({
      ...options,
      ...moduleOptions,
      signal: AbortSignal.any([options.signal, cache.signal]),
      functionsDirectory,
      realDirectory: await Deno.realPath(directory),
      checkTypes: checkCode,
      place: sandboxedPlace({
        joinFiles: group?.joinFiles ?? [],
        systemCallFilter,
        landlock,
        uid,
        mounts: [...seen.mounts, ...npmrc === undefined ? [] : [npmrc]],
        cacheDirectory,
        fetchDirectory: fetching.directory,
        directory,
        bounds: options.bounds,
        isNice,
        cpuTimeMs: group?.cpuTimeMs,
      }),
    });
    const { diagnostics } = result;
    if (diagnostics === undefined) return result;
    if (group !== undefined && await group.oomKills() > 0) {
      return { ...result, diagnostics: hunger, exhausted: "memory" };
    }
    return withUnfetched(result, await fetching.close());
  }

  return { run, [Symbol.asyncDispose]: () => fetcher[Symbol.asyncDispose]() };
}
