import { join } from "node:path";
import { MAIN, readyWithin } from "./supervisor_program.ts";

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

/** Address of this namespace, in which the front and the clients run. */
export const FRONT_ADDRESS = "192.0.2.1";

/**
 * Creates hosts in a network with this namespace (TEST-NET-1). Needs root in network and mount
 * namespaces of its own.
 */
export async function openHosts(options: HostsOptions): Promise<readonly Host[]> {
  await command("mount", "-t", "tmpfs", "tmpfs", "/run");
  await Deno.mkdir("/run/netns");
  await command("ip", "link", "set", "lo", "up");
  await command("ip", "link", "add", "hosts", "type", "bridge");
  await command("ip", "addr", "add", `${FRONT_ADDRESS}/24`, "dev", "hosts");
  await command("ip", "link", "set", "hosts", "up");
  const hosts: Host[] = [];
  for (let index = 1; index <= options.count; index++) hosts.push(await openHost(index, options));
  return hosts;
}

async function openHost(
  index: number,
  { directory, flags, files }: HostsOptions,
): Promise<Host> {
  const name = `host${index}`;
  const address = `192.0.2.${10 + index}`;
  await command("ip", "netns", "add", name);
  await command(
    ...["ip", "link", "add", `to-${name}`, "type", "veth", "peer", "eth0", "netns", name],
  );
  await command("ip", "link", "set", `to-${name}`, "master", "hosts", "up");
  await command("ip", "-n", name, "addr", "add", `${address}/24`, "dev", "eth0");
  for (const link of ["lo", "eth0"]) await command("ip", "-n", name, "link", "set", link, "up");
  const functions = join(directory, name, "functions");
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
      await readyWithin(60, `http://${address}:${ADMIN_PORT}/readyz`);
    },
    async stop(signal) {
      // "ip netns exec" replaces itself with the program.
      child?.kill(signal);
      await child?.status;
    },
  };
}

/** Runs a command to its end; throws with its output if it fails. */
export async function command(...words: readonly string[]): Promise<string> {
  const [program = "", ...args] = words;
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${words.join(" ")} failed: ${decoder.decode(stderr)}`);
}
