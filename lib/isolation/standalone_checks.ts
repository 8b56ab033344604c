import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { CheckResult } from "../check/check.ts";
import { checkDirectly } from "../check/check_directly.ts";
import type { Settings } from "../config/settings.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { writeSystemCallFilter } from "../sandbox/system_call_filter.ts";
import { findMissingPrograms, rootlessPrograms } from "../system/programs.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { openChecks } from "./checks.ts";
import { hostEtc } from "./host_etc.ts";
import { openLandlock } from "./landlock.ts";
import type { SourceCheck } from "./isolation.ts";
import { prunePackages } from "./installed_packages.ts";
import { openModuleCaches } from "./module_caches.ts";
import { findOutsideLink } from "./outside_links.ts";
import { requireHost } from "./require_host.ts";
import { explainStateError, openStateDirectory } from "./state_directory.ts";

/** Checks without a supervisor, for `ddsrv check`. Disposing of it leaves only module caches. */
export interface StandaloneChecks extends AsyncDisposable {
  readonly run: (options: StandaloneCheck) => Promise<CheckResult>;
}

/** Function to check; its path decides which module cache is used. */
export type StandaloneCheck = Omit<
  SourceCheck,
  "cacheDirectory" | "cacheName" | "packagesDirectory"
>;

/** User ids of these checks, above those of functions, and of their fetcher. */
const FIRST_UID = 0x7400_0000;
const USERS = 65_536;
const FETCHER_UID = FIRST_UID + USERS;

/** Age in milliseconds after which an unused module cache is removed. */
const CACHE_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Opens checks at the isolation level of the settings. As root, each folder is checked as a user of
 * its own; otherwise in a user namespace. Both have the same files and network as checks of a
 * supervisor. Without isolation, ddsrv checks only folders of the caller.
 *
 * @throws {Error} when something is missing; the message says what to install or to change
 */
export async function openStandaloneChecks(
  settings: Pick<
    Settings,
    | "functionsDirectory"
    | "allowImport"
    | "registries"
    | "isolation"
    | "stateDirectory"
  >,
  onWarning: (message: string) => void,
): Promise<StandaloneChecks> {
  if (settings.isolation === "none") {
    return {
      run: (options) => checkDirectly(settings, options),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const isRoot = Deno.uid() === 0;
  await requirePrograms(isRoot);
  await using stack = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-check-" });
  stack.defer(() => removeIfThere(directory));
  const etc = await writeEtcFiles(join(directory, "etc"), []);
  const uidOf = (name: string): Promise<number | undefined> =>
    Promise.resolve(isRoot ? FIRST_UID + parseInt(name.slice(0, 4), 16) : undefined);
  await openStateDirectory(settings.stateDirectory, { onWarning });
  const caches = join(settings.stateDirectory, "checked");
  const cacheOf = await openModuleCaches(caches, uidOf);
  await removeOldCaches(caches);
  const packages = join(settings.stateDirectory, "checked-packages");
  await Deno.mkdir(packages, { recursive: true, mode: 0o700 });
  await removeOldCaches(packages);
  const [online, systemCallFilter, landlock] = await Promise.all([
    hostEtc(),
    writeSystemCallFilter(directory),
    // ddsrv doctor reports a missing Landlock.
    openLandlock(() => {}),
  ]);
  const checks = stack.use(
    await openChecks({
      settings,
      directory: join(directory, "checks"),
      etc: { ...etc, online },
      systemCallFilter,
      landlock,
      // The import map is untrusted like the function, so only settings allow private hosts.
      isPrivateAllowed: settings.allowImport.length + settings.registries.length > 0,
      fetcherUid: isRoot ? FETCHER_UID : undefined,
      uidOf,
    }),
  );
  const owned = stack.move();
  return {
    async run(options) {
      const { functionsDirectory } = settings;
      const own = { functionsDirectory, name: options.name, workingDirectory: Deno.cwd() };
      const problem = await findOutsideLink(own);
      if (problem !== undefined) return { diagnostics: problem, modules: [] };
      // The cache depends on the path, not on the real path: the owner of the folder could replace
      // it with a link to another folder and use that folder's cache.
      const place = resolve(options.directory);
      const cacheName = createHash("sha256").update(place).digest("hex").slice(0, 32);
      const cacheDirectory = await cacheOf(cacheName).catch((error) => {
        throw explainStateError(settings.stateDirectory, error);
      });
      await Deno.utime(cacheDirectory, new Date(), new Date());
      const packagesDirectory = join(packages, cacheName);
      const used = await checks.run({ ...options, cacheName, cacheDirectory, packagesDirectory });
      await prunePackages(packagesDirectory, (key) => key === used.packages);
      return used;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function requirePrograms(isRoot: boolean): Promise<void> {
  if (!isRoot) return await requireHost("rootless");
  const [missing] = await findMissingPrograms(Deno.env.get("PATH") ?? "", rootlessPrograms);
  if (missing === undefined) return;
  throw new Error(
    `Cannot check in a sandbox: "${missing.name}" is not on the PATH. Install it (apt-get ` +
      `install ${missing.package}), or choose --isolation=none for your own folders`,
  );
}

async function removeOldCaches(caches: string): Promise<void> {
  for await (const { name } of Deno.readDir(caches)) {
    const path = join(caches, name);
    // Another ddsrv check may remove it at the same time.
    const mtime = (await Deno.lstat(path).catch(ignoreGone))?.mtime;
    if (mtime && Date.now() - mtime.getTime() > CACHE_KEPT_MS) await removeIfThere(path);
  }
}

function ignoreGone(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
