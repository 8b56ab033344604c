// Containers of the image, as people run them, and what can be asked of them.
import { dirname, join } from "node:path";
import { NEEDED_CAPABILITIES } from "../../lib/isolation/capabilities.ts";
import { docker } from "./daemon.ts";

/** The image that is tried. */
export const IMAGE = "dynamic-deno-server";

/** How it is run with what compose.yaml gives it; without a capability when one is named. */
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
  /** How it answers from outside; it has one while it runs. */
  readonly url: () => Promise<string>;
  /** Waits until the function's answer is this text. */
  readonly answers: (path: string, text: string) => Promise<void>;
  /** Runs a command in it, and gives what that prints. */
  readonly exec: (...command: string[]) => Promise<string>;
  /** Does something with it, such as `stop`. */
  readonly command: (verb: string, ...args: string[]) => Promise<string>;
  /** Fills a template of `docker inspect`. */
  readonly inspect: (template: string) => Promise<string>;
  /** All that it has printed. */
  readonly logs: () => Promise<string>;
  /** Waits until it has printed a text. */
  readonly said: (text: string) => Promise<void>;
}

/** Runs the image in the background; what follows its name are `args`. */
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

/** Runs the image to its end, and gives its exit code and what it prints. */
export async function runToEnd(
  flags: readonly string[],
  args: readonly string[] = [],
  image = IMAGE,
): Promise<{ readonly code: number; readonly text: string }> {
  await using container = await runContainer(flags, args, image);
  const code = Number(await container.command("wait"));
  return { code, text: await container.logs() };
}

/** What a server answers, or why there is no answer. */
export async function curl(...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("curl", {
    args: ["--silent", "--show-error", "--max-time", "10", ...args],
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** Directories on the host for a container, with these files in the one of functions. */
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

/** What {@linkcode makeHostDirectories} makes; they go with the whole run. */
export interface HostDirectories {
  readonly root: string;
  readonly functions: string;
  readonly logs: string;
  /** Flags that mount both where the image has them. */
  readonly volumes: readonly string[];
  readonly write: (path: string, text: string) => Promise<void>;
}

/** Waits until a condition holds; `now` says how it is when it never does. */
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
