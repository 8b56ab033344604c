import { join } from "node:path";
import { urlHost } from "./url_host.ts";

/** Options for {@linkcode findNpmRegistry}. */
export interface NpmRegistryOptions {
  readonly deno: string;
  readonly env: Readonly<Record<string, string>>;
  /** An empty directory, which the caller owns and removes. */
  readonly directory: string;
}

/** A package that exists nowhere: all that counts is whom Deno asks for it. */
const PACKAGE = "npm:ddsrv-which-registry@1";

/** Longest that Deno may take to ask: a start, which a slow, busy machine makes long. */
const TIMEOUT_MS = 120_000;

/**
 * The registry that npm packages come from where no configuration names one, as `host:port`. Deno
 * itself is asked: its first request goes to a socket of ours, which answers nothing.
 *
 * @throws {Error} when Deno ends without asking
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
      // It has ended.
    }
    await child.status;
  }
}

/** Variables that send all of Deno's requests to a Unix socket, with whole URLs and without TLS. */
export function proxyEnvironment(path: string): Record<string, string> {
  return { HTTP_PROXY: `unix:${path}`, HTTPS_PROXY: `unix:${path}`, NO_PROXY: "" };
}

/** The request target of the one head that comes. */
async function readTarget(connection: Deno.Conn): Promise<string | undefined> {
  using _closed = connection;
  const bytes = new Uint8Array(4_096);
  const length = await connection.read(bytes) ?? 0;
  return /^GET (https?:\/\/\S+) /.exec(new TextDecoder().decode(bytes.subarray(0, length)))?.[1];
}
