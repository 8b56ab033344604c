// Runs containers of the image as users do, and inspects them.
import { dirname, join } from "node:path";
import { NEEDED_CAPABILITIES } from "../../lib/isolation/capabilities.ts";
import { docker } from "./daemon.ts";

/** Name of the tested image. */
export const IMAGE = "dynamic-deno-server";

/** The commit that the tested image is built with. */
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** Returns flags for the privileges that compose.yaml gives, except the capability `without`. */
export function leastPrivilege({ without = "" } = {}): string[] {
  const given = NEEDED_CAPABILITIES.map(([, name]) => name).filter((name) => name !== without);
  return [
    ...["--cap-drop", "ALL", ...given.flatMap((name) => ["--cap-add", name])],
    ...["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
    ...["--sysctl", "net.ipv4.ip_forward=1"],
  ];
}

/** A container. Disposing of it removes it. */
export interface Container extends AsyncDisposable {
  /** Returns the container's URL for the host; it has one only while it runs. */
  readonly url: () => Promise<string>;
  /** Waits until the function answers with this text. */
  readonly answers: (path: string, text: string) => Promise<void>;
  /** Runs a command in the container and returns its output. */
  readonly exec: (...command: string[]) => Promise<string>;
  /** Runs a docker command on the container, such as `stop`. */
  readonly command: (verb: string, ...args: string[]) => Promise<string>;
  /** Runs `docker inspect` with a template. */
  readonly inspect: (template: string) => Promise<string>;
  /** Returns the container's whole output. */
  readonly logs: () => Promise<string>;
  /** Waits until the output contains a text. */
  readonly said: (text: string) => Promise<void>;
}

/** Runs the image in the background; `args` follow the image's name. */
export async function runContainer(
  flags: readonly string[],
  args: readonly string[] = [],
  image = IMAGE,
): Promise<Container> {
  const started = await docker(["run", "--detach", ...flags, image, ...args]);
  if (!started.success) throw new Error(started.text);
  const id = started.text.trim();
  const command = async (verb: string, ...rest: string[]): Promise<string> =>
    (await docker([verb, ...rest, id])).text.trim();
  const logs = (): Promise<string> => command("logs");
  const url = async (): Promise<string> => {
    const [, port] = /:(\d+)$/m.exec(await docker(["port", id, "9999"]).then(({ text }) => text))!;
    return `http://localhost:${port}`;
  };
  return {
    url,
    command,
    logs,
    inspect: (template) => command("inspect", "--format", template),
    exec: async (...rest) => (await docker(["exec", id, ...rest])).text,
    said: (text) => eventually(async () => (await logs()).includes(text), logs),
    async answers(path, text) {
      let last = "";
      await eventually(async () => {
        last = await curl(await url() + path);
        return last === text;
      }, async () => `${path} answers "${last}"\n${await logs()}`);
    },
    async [Symbol.asyncDispose]() {
      await docker(["rm", "--force", id]);
    },
  };
}

/** Runs the image until it exits, and returns its exit code and output. */
export async function runToEnd(
  flags: readonly string[],
  args: readonly string[] = [],
  image = IMAGE,
): Promise<{ readonly code: number; readonly text: string }> {
  await using container = await runContainer(flags, args, image);
  const code = Number(await container.command("wait"));
  return { code, text: await container.logs() };
}

/** Returns a server's answer, or curl's error. */
export async function curl(...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("curl", {
    args: ["--silent", "--show-error", "--max-time", "10", ...args],
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** Creates directories on the host for a container, with these files in the functions directory. */
export async function makeHostDirectories(
  files: Readonly<Record<string, string>> = {},
): Promise<HostDirectories> {
  const root = await Deno.makeTempDir({ dir: Deno.env.get("DDSRV_DIRECTORY")!, prefix: "host-" });
  const [functions, logs] = [join(root, "functions"), join(root, "logs")];
  for (const path of [functions, logs]) await Deno.mkdir(path);
  const write = async (path: string, text: string): Promise<void> => {
    await Deno.mkdir(dirname(join(functions, path)), { recursive: true });
    await Deno.writeTextFile(join(functions, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const volumes = ["--volume", `${functions}:/opt/functions`, "--volume", `${logs}:/opt/logs`];
  return { root, functions, logs, volumes, write };
}

/** Result of {@linkcode makeHostDirectories}. The directories are removed at the end of the run. */
export interface HostDirectories {
  readonly root: string;
  readonly functions: string;
  readonly logs: string;
  /** Flags that mount both directories at the image's paths. */
  readonly volumes: readonly string[];
  readonly write: (path: string, text: string) => Promise<void>;
}

/** Waits until a condition is true; on timeout, `now` returns the current state for the error. */
export async function eventually(
  holds: () => Promise<boolean>,
  now: () => Promise<string>,
): Promise<void> {
  const until = performance.now() + 30_000;
  while (performance.now() < until) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`It never came to be. Now:\n${await now()}`);
}
