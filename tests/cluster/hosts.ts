import { join } from "node:path";
import { type HostPlace, openNetwork } from "./network.ts";
import { answersOk, MAIN } from "./supervisor_program.ts";

/** A host: a network namespace with its own supervisor, which starts again when it ends. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** Directory of its functions. */
  readonly functions: string;
  /** Starts the supervisor, and waits until it is ready. */
  readonly start: () => Promise<void>;
  /** Ends the supervisor by a signal, and waits for its end. */
  readonly stop: (signal: Deno.Signal) => Promise<void>;
}

/** Options of {@linkcode openHosts}. */
export interface HostsOptions {
  readonly directory: string;
  readonly count: number;
  /** Flags of `ddsrv serve`, besides the ports and paths of a host. */
  readonly flags: readonly string[];
  /** Files of each functions directory by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Port of `/readyz` on each host. */
export const ADMIN_PORT = 9990;

/** Port of the functions on each host. */
export const PORT = 9999;

/**
 * Creates hosts in a network with this namespace. Needs root in network and mount namespaces of its
 * own.
 */
export async function openHosts(options: HostsOptions): Promise<readonly Host[]> {
  const places = await openNetwork(options.count);
  return await Promise.all(places.map((place) => openHost(place, options)));
}

async function openHost(
  { name, address }: HostPlace,
  { directory, flags, files }: HostsOptions,
): Promise<Host> {
  const functions = join(directory, name, "functions");
  await Deno.mkdir(functions, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(join(functions, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(functions, path), text);
  }
  const state = join(directory, name, "state");
  await Deno.mkdir(state, { mode: 0o700 });
  let child: Deno.ChildProcess | undefined;
  return {
    name,
    address,
    functions,
    async start() {
      const log = await Deno.open(join(directory, `${name}.log`), { append: true, create: true });
      child = new Deno.Command("ip", {
        args: ["netns", "exec", name, Deno.execPath(), "run", "--quiet", "--allow-all", MAIN]
          .concat("serve", functions, "--port", `${PORT}`, "--admin-hostname", "0.0.0.0")
          .concat("--admin-port", `${ADMIN_PORT}`, "--socket", join(state, "ddsrv.sock"))
          .concat("--state-dir", state, "--no-logs", ...flags),
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      void child.stderr.pipeTo(log.writable);
      await answersOk(`http://${address}:${ADMIN_PORT}/readyz`);
    },
    async stop(signal) {
      // "ip netns exec" replaces itself with the program.
      child?.kill(signal);
      await child?.status;
    },
  };
}
