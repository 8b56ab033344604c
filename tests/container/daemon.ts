// A dockerd that shares no sockets, files or control groups with another one.
import { join } from "node:path";

/** Paths and names of the daemon, as `main.ts` sets them for all processes of a run. */
export interface Place {
  readonly directory: string;
  /** Control group of all containers. */
  readonly cgroup: string;
  readonly env: Readonly<Record<string, string>>;
  /** Command that runs the daemon in namespaces of its own. */
  readonly enter?: readonly string[];
}

/** A daemon. Disposing of it stops the daemon and all of its processes. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number;
}

/** Starts the daemon. */
export async function startDaemon(
  { directory, cgroup, env, enter = [] }: Place,
  ...flags: string[]
): Promise<Daemon> {
  const log = await Deno.open(join(directory, "dockerd.log"), { create: true, append: true });
  const [program = "", ...before] = [...enter, "dockerd"];
  const child = new Deno.Command(program, {
    args: [
      ...before,
      ...["--data-root", join(directory, "data"), "--exec-root", join(directory, "exec")],
      ...["--pidfile", join(directory, "pid"), "--host", env.DOCKER_HOST!],
      // Without systemd, because the control groups here may not be under its control.
      ...["--cgroup-parent", cgroup, "--exec-opt", "native.cgroupdriver=cgroupfs", ...flags],
    ],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const logging = child.stderr.pipeTo(log.writable);
  let hasEnded = false;
  const ended = child.status.then(() => hasEnded = true);
  for (;;) {
    const { success } = await docker(["version"], { env });
    if (success) break;
    if (hasEnded) {
      await logging;
      const text = await Deno.readTextFile(join(directory, "dockerd.log"));
      throw new Error(`dockerd ended: ${text.trim().split("\n").at(-1)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGTERM");
      await ended;
      await logging;
    },
  };
}

/** Result of a docker command. */
export interface DockerResult {
  readonly success: boolean;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** Options of {@linkcode docker}. */
export interface DockerOptions {
  /** Variables in addition to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs `docker` and waits until it exits. */
export async function docker(
  args: readonly string[],
  { env = {}, stdin }: DockerOptions = {},
): Promise<DockerResult> {
  const child = new Deno.Command("docker", {
    args: [...args],
    env,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}
