import { join } from "node:path";
import type { Machine, Step } from "./steps.ts";

/** Addresses of the network between the two machines (TEST-NET-1). */
const NETWORK = { server: "192.0.2.1", laptop: "192.0.2.2" } as const;

/** Result of a block of commands. */
export interface StepResult {
  readonly code: number;
  /** Standard output and standard error, in the order of their arrival. */
  readonly output: string;
}

/** A command that runs until Ctrl-C. */
export interface Running extends AsyncDisposable {
  /** Returns what it has printed so far. */
  readonly output: () => string;
}

/** The laptop and the server, each with a working directory of its own. */
export interface Machines extends AsyncDisposable {
  /** Runs the script of a step in a shell that ends at the first failure. */
  readonly run: (step: Step) => Promise<StepResult>;
  /** Starts a command that runs until Ctrl-C, which its disposal sends. */
  readonly start: (machine: Machine, command: string) => Running;
}

/** Options of {@linkcode openMachines}. */
export interface MachinesOptions {
  /** Temporary directory. */
  readonly directory: string;
  /** Program of the command line. */
  readonly main: string;
}

/**
 * Creates the two machines: the server is this network namespace with sshd(8), the laptop another
 * one with a key and a name for the server. Needs root in mount and network namespaces of its own.
 */
export async function openMachines(options: MachinesOptions): Promise<Machines> {
  await using opened = new AsyncDisposableStack();
  const { directory } = options;
  await Deno.mkdir(join(directory, "bin"), { recursive: true });
  for (const machine of ["laptop", "server"]) await Deno.mkdir(join(directory, machine));
  await write(
    join(directory, "bin/ddsrv"),
    `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --allow-all '${options.main}' "$@"\n`,
    0o755,
  );
  // The state of the server ends with this namespace, like /run and /opt.
  await command("mount", "-t", "tmpfs", "tmpfs", "/var/lib");
  await makeNetwork();
  opened.use(await startSshd(directory));
  await write(join(directory, "run.sh"), RUN);
  await write(join(directory, "enter-laptop.sh"), enterLaptop(directory));
  const environment = {
    ...Deno.env.toObject(),
    PATH: `${join(directory, "bin")}:${Deno.env.get("PATH")}`,
    NO_COLOR: "1",
  };
  const commandOf = (machine: Machine, args: readonly string[]): Deno.Command => {
    const inside = machine === "server" ? ["bash", ...args] : [
      "ip",
      "netns",
      "exec",
      "laptop",
      "sh",
      join(directory, "enter-laptop.sh"),
      "bash",
      ...args,
    ];
    return new Deno.Command(inside[0]!, {
      args: inside.slice(1),
      cwd: join(directory, machine),
      env: { ...environment, STATE: join(directory, `${machine}.cwd`) },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  };
  const closing = opened.move();
  return {
    async run({ machine, script }) {
      const child = commandOf(machine, [join(directory, "run.sh"), script]).spawn();
      const gathered = gather(child.stdout, child.stderr);
      const { code } = await child.status;
      return { code, output: await gathered.all };
    },
    start(machine, command) {
      const args = [join(directory, "run.sh"), `exec ${command}`];
      const child = commandOf(machine, args).spawn();
      const gathered = gather(child.stdout, child.stderr);
      return {
        output: gathered.soFar,
        async [Symbol.asyncDispose]() {
          child.kill("SIGINT");
          await Promise.all([child.status, gathered.all]);
        },
      };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Runs a script in the directory in which the one before ended. */
const RUN = `if test -f "$STATE"; then cd "$(cat "$STATE")"; fi
trap 'pwd > "$STATE"' EXIT
set -e
eval "$1"
`;

/** Gives the laptop a key and the name of the server, in a mount namespace of its own. */
function enterLaptop(directory: string): string {
  return `set -e
mount -t tmpfs tmpfs /etc/ssh/ssh_config.d
cat > /etc/ssh/ssh_config.d/server.conf <<'END'
Host server
  IdentityFile ${directory}/key
  UserKnownHostsFile ${directory}/known_hosts
END
mount --bind ${directory}/hosts /etc/hosts
exec "$@"
`;
}

async function makeNetwork(): Promise<void> {
  await command("ip", "netns", "add", "laptop");
  await command(
    "ip",
    "link",
    "add",
    "to-laptop",
    "type",
    "veth",
    "peer",
    "eth0",
    "netns",
    "laptop",
  );
  await command("ip", "addr", "add", `${NETWORK.server}/30`, "dev", "to-laptop");
  await command("ip", "link", "set", "to-laptop", "up");
  await command("ip", "-n", "laptop", "addr", "add", `${NETWORK.laptop}/30`, "dev", "eth0");
  await command("ip", "-n", "laptop", "link", "set", "eth0", "up");
  await command("ip", "-n", "laptop", "link", "set", "lo", "up");
}

/** Starts sshd(8) with keys of its own; it lets the laptop's key in as root. */
async function startSshd(directory: string): Promise<AsyncDisposable> {
  const keygen = (file: string): Promise<void> =>
    command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(directory, file));
  await keygen("host_key");
  await keygen("key");
  const host = (await Deno.readTextFile(join(directory, "host_key.pub"))).trim();
  await write(join(directory, "known_hosts"), `server ${host}\n`);
  await Deno.copyFile(join(directory, "key.pub"), join(directory, "authorized_keys"));
  await write(join(directory, "hosts"), `127.0.0.1 localhost\n${NETWORK.server} server\n`);
  const carried = ["DENO_DIR", "DDSRV_TEST_CACHE"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const variables = [`PATH=${join(directory, "bin")}:${Deno.env.get("PATH")}`, ...carried];
  await write(
    join(directory, "sshd_config"),
    [
      `HostKey ${join(directory, "host_key")}`,
      `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
      `ListenAddress ${NETWORK.server}:22`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PidFile none",
      `SetEnv ${variables.join(" ")}`,
      "",
    ].join("\n"),
  );
  // Directory of its unprivileged process; /run is a file system of this namespace.
  await Deno.mkdir("/run/sshd", { recursive: true });
  const child = new Deno.Command("/usr/sbin/sshd", {
    args: ["-D", "-e", "-f", join(directory, "sshd_config")],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log = gather(child.stderr);
  await Promise.race([
    log.until("Server listening"),
    child.status.then(() => {
      throw new Error(`sshd ended:\n${log.soFar()}`);
    }),
  ]);
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

async function write(path: string, text: string, mode = 0o600): Promise<void> {
  await Deno.writeTextFile(path, text, { mode });
}

async function command(program: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args], stdin: "null" })
    .output();
  if (success) return;
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

interface Gathered {
  readonly soFar: () => string;
  readonly all: Promise<string>;
  readonly until: (text: string) => Promise<void>;
}

/** Collects the output of a process. */
function gather(...streams: readonly ReadableStream<Uint8Array<ArrayBuffer>>[]): Gathered {
  let output = "";
  let waiting: (() => void) | undefined;
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      waiting?.();
    }
  };
  return {
    soFar: () => output,
    all: Promise.all(streams.map(read)).then(() => output),
    until: (text) =>
      new Promise((resolve) => {
        waiting = () => output.includes(text) && resolve();
        waiting();
      }),
  };
}
