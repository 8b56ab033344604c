import { join } from "node:path";
import { urlHost } from "./url_host.ts";

/** Options of {@linkcode findNpmRegistry}. */
export interface NpmRegistryOptions {
  readonly deno: string;
  readonly env: Readonly<Record<string, string>>;
  /** Empty directory, which the caller owns and removes. */
  readonly directory: string;
}

/** A package that does not exist: ddsrv only reads to which host Deno sends the request. */
const PACKAGE = "npm:ddsrv-which-registry@1";

/** Timeout of Deno's first request, which comes after a start that is slow on a busy machine. */
const TIMEOUT_MS = 120_000;

/**
 * Returns Deno's default npm registry as `host:port`. It starts Deno and reads its first request on
 * a Unix socket, which sends no response.
 *
 * @throws {Error} when Deno exits without a request
 */
export async function findNpmRegistry(options: NpmRegistryOptions): Promise<string> {
  const { deno, env, directory } = options;
  const path = join(directory, "registry.sock");
  using listener = Deno.listen({ transport: "unix", path });
  const child = new Deno.Command(deno, {
    args: ["info", "--quiet", "--json", "--no-config", "--no-lock", PACKAGE],
    cwd: directory,
    env: { ...env, ...proxyEnvironment(path), DENO_DIR: join(directory, "deno") },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  try {
    const asked = listener.accept().then(readTarget);
    asked.catch(() => {});
    const target = await Promise.race([asked, child.status.then(() => undefined)]);
    if (target === undefined) throw new Error("Cannot find out which npm registry Deno uses");
    return urlHost(target);
  } finally {
    clearTimeout(timer);
    try {
      child.kill("SIGKILL");
    } catch {
      // It has exited.
    }
    await child.status;
  }
}

/** Returns variables that send Deno's requests to a Unix socket, with absolute URLs and no TLS. */
export function proxyEnvironment(path: string): Record<string, string> {
  return { HTTP_PROXY: `unix:${path}`, HTTPS_PROXY: `unix:${path}`, NO_PROXY: "" };
}

/** Returns the request target of the first request head. */
async function readTarget(connection: Deno.Conn): Promise<string | undefined> {
  using _closed = connection;
  const bytes = new Uint8Array(4_096);
  const length = await connection.read(bytes) ?? 0;
  return /^GET (https?:\/\/\S+) /.exec(new TextDecoder().decode(bytes.subarray(0, length)))?.[1];
}
