// A dockerd that shares nothing with any other: sockets, files and control groups are its own.
import { join } from "node:path";

/** Where it is, and how it is called, as `main.ts` lays down for all processes of a run. */
export interface Place {
  readonly directory: string;
  /** Group that all containers are in. */
  readonly cgroup: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it, and ends it with all that it runs. */
export async function startDaemon(
  { directory, cgroup, env }: Place,
  ...flags: string[]
): Promise<AsyncDisposable> {
  const log = await Deno.open(join(directory, "dockerd.log"), { create: true, append: true });
  const child = new Deno.Command("dockerd", {
    args: [
      ...["--data-root", join(directory, "data"), "--exec-root", join(directory, "exec")],
      ...["--pidfile", join(directory, "pid"), "--host", env.DOCKER_HOST!],
      // Groups without systemd, which may be another machine's business.
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
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
      await logging;
    },
  };
}

/** What a command of docker came to. */
export interface DockerResult {
  readonly success: boolean;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** How {@linkcode docker} runs it. */
export interface DockerOptions {
  /** Variables beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs `docker` to its end. */
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
