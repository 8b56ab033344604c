import { checkDirectly, type DirectCheck } from "../../../lib/check/check_directly.ts";
import type { CheckResult } from "../../../lib/check/check.ts";
import type { Settings } from "../../../lib/config/settings.ts";
import { CliError } from "../../exit_code.ts";

/** Checks of `ddsrv check`. Disposing of it leaves only module caches. */
export interface StandaloneChecks extends AsyncDisposable {
  readonly run: (options: StandaloneCheck) => Promise<CheckResult>;
}

/** Function to check. */
export type StandaloneCheck = Omit<DirectCheck, "cacheDirectory" | "isNice"> & {
  readonly name: string;
  /** Hosts besides Deno's registry that packages may come from: `host` or `host:port`. */
  readonly registries: readonly string[];
};

/** Options of {@linkcode openChecks}. */
export interface OpenChecksOptions {
  readonly onWarning: (message: string) => void;
  /** Level of the command line, if it has one. */
  readonly chosen?: Settings["isolation"] | undefined;
  readonly os?: typeof Deno.build.os;
}

/**
 * Opens checks at the isolation level of the settings. On other systems than Linux, there are no
 * sandboxes: the caller's own folders are checked as `deno check` does it.
 *
 * @throws {CliError} if the level was chosen, and the system does not have it
 */
export async function openChecks(
  settings: Settings,
  { onWarning, chosen, os = Deno.build.os }: OpenChecksOptions,
): Promise<StandaloneChecks> {
  if (os === "linux") {
    const { openStandaloneChecks } = await import("../../../lib/isolation/standalone_checks.ts");
    return await openStandaloneChecks(settings, onWarning);
  }
  if (chosen !== undefined && chosen !== "none") {
    throw new CliError(
      `--isolation ${chosen} needs Linux. Leave it out: this system checks without a sandbox`,
    );
  }
  return {
    run: (options) => checkDirectly(settings, options),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
