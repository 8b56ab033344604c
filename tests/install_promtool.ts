// promtool checks metrics, alerts and dashboards. It is the installed one, or the one from the
// distribution's Prometheus package, unpacked into a cache. The package is not installed, because
// that would start a service.
import { join } from "node:path";
import { isInstalled } from "../lib/system/programs.ts";
import { run } from "../lib/system/run.ts";

/** Cache that is kept between runs. */
const CACHE = Deno.env.get("DDSRV_TEST_CACHE_DIRECTORY") ?? "/var/cache/ddsrv-test";

const TIMEOUT_MS = 120_000;

/** Location of promtool, or the reason why it is missing. */
export interface Promtool {
  /** Value of `PATH` that includes promtool's directory, if promtool is available. */
  readonly path: string;
  readonly problem?: string;
}

/**
 * Downloads promtool if it is missing. Returns a failure instead of throwing: its tests are ignored
 * then.
 */
export async function installPromtool(path: string): Promise<Promtool> {
  const bin = join(CACHE, "bin");
  const widened = `${path}:${bin}`;
  if (await isInstalled("promtool", widened)) return { path: widened };
  try {
    await Deno.mkdir(bin, { recursive: true });
    await using stack = new AsyncDisposableStack();
    const parts = await Deno.makeTempDir({ dir: CACHE, prefix: "promtool-" });
    stack.defer(() => Deno.remove(parts, { recursive: true }));
    await unpack(parts);
    await Deno.rename(join(parts, "usr/bin/promtool"), join(bin, "promtool"));
    return { path: widened };
  } catch (error) {
    return {
      path,
      problem: `promtool can't be had: ${(error as Error).message}. Tests of metrics and alerts ` +
        "are ignored; install it, or give the machine a way to its packages",
    };
  }
}

async function unpack(parts: string): Promise<void> {
  // Nothing is installed, so no lock is needed. apt's own user could not write here.
  const options = ["-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1"];
  // Arguments are passed to the script, not inserted into it.
  const download = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", parts]
    .concat("apt-get", "download", ...options, "prometheus");
  try {
    await run(download, { timeoutMs: TIMEOUT_MS });
  } catch {
    await run(["apt-get", "update", "--quiet"], { timeoutMs: TIMEOUT_MS });
    await run(download, { timeoutMs: TIMEOUT_MS });
  }
  for await (const { name } of Deno.readDir(parts)) {
    if (!name.endsWith(".deb")) continue;
    const archive = join(parts, "files.tar");
    const extract = 'dpkg-deb --fsys-tarfile "$1" >"$2" && exec tar -xf "$2" -C "$3" "$4"';
    await run(
      ["sh", "-c", extract, "sh", join(parts, name), archive, parts, "./usr/bin/promtool"],
      { timeoutMs: TIMEOUT_MS },
    );
    return;
  }
  throw new Error("its package holds no archive");
}
