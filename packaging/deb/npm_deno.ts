import { join } from "node:path";
import { run } from "../../lib/system/run.ts";
import { type Architecture, ARCHITECTURES } from "./debian_version.ts";

/** Enough for 40 MB over a slow line. */
const TIMEOUT_MS = 300_000;

const LOCKED = new URL("../deno/", import.meta.url);

/**
 * Installs the npm package of Deno for a machine into a directory with npm(1), which compares its
 * SHA-512 with `packaging/deno/package-lock.json` and runs no script. Returns the program's path.
 *
 * @throws {Error} if there is no npm, no network, or the package is not the locked one
 */
export async function installDeno(
  directory: string,
  architecture: Architecture,
): Promise<string> {
  await Deno.mkdir(directory, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    await Deno.copyFile(new URL(name, LOCKED), join(directory, name));
  }
  const cpu = ARCHITECTURES[architecture];
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await run([
    ...["npm", "ci", "--prefix", directory, "--prefer-offline", ...quiet],
    ...["--os=linux", `--cpu=${cpu}`, "--libc=glibc"],
  ], { timeoutMs: TIMEOUT_MS });
  return join(directory, "node_modules/@deno", `linux-${cpu}-glibc`, "deno");
}
