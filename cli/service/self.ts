import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** How this very ddsrv is started, and where its Deno keeps modules. */
export interface Self {
  readonly command: readonly string[];
  readonly denoDirectory: string | undefined;
}

/** What {@linkcode planSelf} goes by. */
export interface SelfFacts {
  /** URL of the main module. */
  readonly main: string;
  readonly execPath: string;
  /** Deno's cache of this process, an absolute path. */
  readonly denoDirectory: string;
}

/**
 * The command line of the ddsrv that runs now, in absolute paths: the package's launcher, or this
 * Deno with the checkout's sources.
 *
 * @throws {Error} when it is npx's, which keeps it in a cache for the time being
 */
export function planSelf({ main, execPath, denoDirectory }: SelfFacts): Self {
  const path = fileURLToPath(main);
  if (path.includes("/_npx/")) {
    throw new Error(
      `"${path}" is in a cache of npx, and may be gone tomorrow. ` +
        "Install it (npm install --global ddsrv), then run: ddsrv install-service",
    );
  }
  if (path.endsWith("/lib/main.js")) {
    const launcher = join(dirname(path), "../bin/ddsrv");
    return { command: [launcher], denoDirectory: undefined };
  }
  return { command: [execPath, "run", "--quiet", "--allow-all", path], denoDirectory };
}
