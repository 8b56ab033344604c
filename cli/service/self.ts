import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The command line of this ddsrv, and its module cache. */
export interface Self {
  readonly command: readonly string[];
  readonly denoDirectory: string | undefined;
}

/** Input of {@linkcode planSelf}. */
export interface SelfFacts {
  /** URL of the main module. */
  readonly main: string;
  readonly execPath: string;
  /** Absolute path of Deno's cache of this process. */
  readonly denoDirectory: string;
}

/**
 * Returns the command line of the running ddsrv, with absolute paths: the package's launcher, or
 * this Deno with the checkout's sources.
 *
 * @throws {Error} if npx runs it from its cache, which is temporary
 */
export function planSelf({ main, execPath, denoDirectory }: SelfFacts): Self {
  const path = fileURLToPath(main);
  if (path.includes("/_npx/")) {
    throw new Error(
      `"${path}" is in the cache of npx, which is temporary. ` +
        "Install ddsrv (npm install --global ddsrv), then run: ddsrv install-service",
    );
  }
  if (path.endsWith("/lib/main.js")) {
    const launcher = join(dirname(path), "../bin/ddsrv");
    return { command: [launcher], denoDirectory: undefined };
  }
  return { command: [execPath, "run", "--quiet", "--allow-all", path], denoDirectory };
}
