import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { CheckResult } from "../check/check.ts";
import type { Settings } from "../config/settings.ts";
import { writeEtcFiles } from "../sandbox/etc_files.ts";
import { writeSystemCallFilter } from "../sandbox/system_call_filter.ts";
import { findMissingPrograms, programs } from "../system/programs.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { checkDirectly } from "./check_directly.ts";
import { openChecks } from "./checks.ts";
import { hostEtc } from "./host_etc.ts";
import { openLandlock } from "./landlock.ts";
import type { SourceCheck } from "./isolation.ts";
import { openModuleCaches } from "./module_caches.ts";
import { findOutsideLink } from "./outside_links.ts";
import { requireHost } from "./require_host.ts";
import { explainStateError, openStateDirectory } from "./state_directory.ts";

/** Checks of folders by hand, without a supervisor. Disposing of it leaves only module caches. */
export interface StandaloneChecks extends AsyncDisposable {
  readonly run: (options: StandaloneCheck) => Promise<CheckResult>;
}

/** The function to check: its path decides the module cache. */
export type StandaloneCheck = Omit<SourceCheck, "cacheDirectory" | "cacheName">;

/** Users of these checks, behind all that functions have; and the one who fetches for them. */
const FIRST_UID = 0x7400_0000;
const USERS = 65_536;
const FETCHER_UID = FIRST_UID + USERS;

/** A module cache that no check has used for this long is removed. */
const CACHE_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Opens checks at the level of isolation that the settings name. As root each folder is checked by
 * a user of its own, as anybody else in a user namespace; both see and reach no more than the check
 * of a supervisor. Without isolation, only the caller's own folders are checked.
 *
 * @throws {Error} that says what the host lacks, and how to get it
 */
export async function openStandaloneChecks(
  settings: Pick<
    Settings,
    | "functionsDirectory"
    | "checkCode"
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
  const [online, systemCallFilter, landlock] = await Promise.all([
    hostEtc(),
    writeSystemCallFilter(directory),
    // Where there is none, doctor says so.
    openLandlock(() => {}),
  ]);
  const checks = stack.use(
    await openChecks({
      settings,
      directory: join(directory, "checks"),
      etc: { ...etc, online },
      systemCallFilter,
      landlock,
      // An import map is part of what is checked, and names no host of the operator's.
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
      // By its name, for who owns it may exchange it for a link: another folder's cache is no place
      // for what this one asks for.
      const place = resolve(options.directory);
      const cacheName = createHash("sha256").update(place).digest("hex").slice(0, 32);
      const cacheDirectory = await cacheOf(cacheName).catch((error) => {
        throw explainStateError(settings.stateDirectory, error);
      });
      await Deno.utime(cacheDirectory, new Date(), new Date());
      return await checks.run({ ...options, cacheName, cacheDirectory });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function requirePrograms(isRoot: boolean): Promise<void> {
  if (!isRoot) return await requireHost("rootless");
  const wanted = programs.filter(({ name }) => ["bwrap", "setpriv"].includes(name));
  const [missing] = await findMissingPrograms(Deno.env.get("PATH") ?? "", wanted);
  if (missing === undefined) return;
  throw new Error(
    `A check runs in a sandbox, and "${missing.name}" is not found on the PATH. Install: apt-get ` +
      `install ${missing.package}. Or choose --isolation=none for a folder of your own`,
  );
}

async function removeOldCaches(caches: string): Promise<void> {
  for await (const { name } of Deno.readDir(caches)) {
    const path = join(caches, name);
    // Another check by hand may be removing it.
    const mtime = (await Deno.lstat(path).catch(ignoreGone))?.mtime;
    if (mtime && Date.now() - mtime.getTime() > CACHE_KEPT_MS) await removeIfThere(path);
  }
}

function ignoreGone(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
