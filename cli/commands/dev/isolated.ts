import { join } from "node:path";
import type { FoundFunctions } from "../../../lib/dev/find_functions.ts";
import { listenNearby } from "../../../lib/dev/listen_nearby.ts";
import { COMMON_FILES, SHARED_DIRECTORY } from "../../../lib/function/layout.ts";
import { SETTINGS_FILE } from "../../../lib/config/load_settings.ts";
import { removeIfThere } from "../../../lib/system/remove_if_there.ts";
import { CliError } from "../../exit_code.ts";
import { printError } from "../../output/print.ts";
import { serve } from "../serve.ts";

/** Options of {@linkcode serveIsolated}. */
export interface IsolatedOptions {
  readonly port: number;
  readonly host: string;
}

/** This process and its system, for {@linkcode isolationProblem}. */
export interface Host {
  readonly os: typeof Deno.build.os;
  readonly uid: number | null;
}

/**
 * Serves functions as a server does, with full isolation and with state of its own that is removed at
 * the end; returns the exit code.
 *
 * @throws {CliError} if this is not root on Linux
 */
export async function serveIsolated(
  found: FoundFunctions,
  { port, host }: IsolatedOptions,
): Promise<number> {
  const problem = isolationProblem({ os: Deno.build.os, uid: Deno.uid() });
  if (problem !== undefined) throw new CliError(problem);
  await using stack = new AsyncDisposableStack();
  const own = await Deno.makeTempDir({ prefix: "ddsrv-dev-" });
  stack.defer(() => removeIfThere(own));
  // The users of functions pass through it, and read nothing there.
  await Deno.chmod(own, 0o711);
  const free = listenNearby(port, (one) => {
    using listener = Deno.listen({ hostname: host, port: one });
    return listener.addr.port;
  });
  if (free !== port) printError(`Port ${port} is in use, so ddsrv listens on ${free}\n`);
  return await serve(await directoryOf(found, own), {
    port: String(free),
    hostname: host,
    isolation: "full",
    stateDirectory: join(own, "state"),
    logsDirectory: join(own, "logs"),
    socket: join(own, "ddsrv.sock"),
    accessLog: "combined",
  });
}

/** Returns why this computer can't isolate functions; `undefined` if it may. */
export function isolationProblem({ os, uid }: Host): string | undefined {
  if (os !== "linux") {
    return "--isolation full needs Linux: it uses network namespaces and control groups. Leave it " +
      "out, so that Deno's permissions limit the function";
  }
  if (uid !== 0) {
    return "--isolation full needs root to create network namespaces. Run it with sudo, or leave " +
      "it out, so that Deno's permissions limit the function";
  }
}

/** Returns a functions directory: for one function, links to it and to what it shares. */
async function directoryOf(
  { functionsDirectory, names, isSingle }: FoundFunctions,
  own: string,
): Promise<string> {
  if (!isSingle) return functionsDirectory;
  const directory = join(own, "functions");
  await Deno.mkdir(directory, { mode: 0o755 });
  for (const name of [...names, ...COMMON_FILES, SETTINGS_FILE, SHARED_DIRECTORY]) {
    const source = join(functionsDirectory, name);
    const isThere = await Deno.lstat(source).then(() => true, () => false);
    if (isThere) await Deno.symlink(source, join(directory, name));
  }
  return directory;
}
