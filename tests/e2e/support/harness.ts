import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import type { FunctionReport } from "../../../lib/control/api.ts";
import { connectControl } from "../../../lib/control/control_client.ts";
import { eventually, openPatience } from "../../patience.ts";

export { eventually, within } from "../../patience.ts";

/** How {@linkcode startServer} starts one. */
export interface ServerOptions {
  /** Files of the functions directory by path, as `hello/index.ts`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Functions whose module cache was filled before the tests, which have no way out. */
  readonly cached?: readonly string[];
  readonly flags?: readonly string[];
  /**
   * Types are checked, as they are where nothing else is said. A check costs more than all else that
   * a test does, so that only tests of what a check says have it.
   */
  readonly isChecked?: true;
  /** It is told where everything is by its environment, which gives the port too, and has no flag. */
  readonly isFlagless?: true;
  readonly env?: Readonly<Record<string, string>>;
  /** Directory to work in; a new one, removed at the end, when left out. */
  readonly directory?: string;
  /** Path of the functions directory, and of the control socket, where these are others. */
  readonly functions?: string;
  readonly socket?: string;
  /** What runs the command line; this Deno with this checkout when left out. */
  readonly command?: readonly string[];
  /** What it says before the URL, once it listens. */
  readonly beforeUrl?: string;
}

/** A command's end. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `ddsrv serve`, real and as root. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly directory: string;
  readonly functions: string;
  readonly logs: string;
  readonly socket: string;
  /** What it has said so far, on both streams. */
  readonly output: () => string;
  /** Resolves when its output holds the text, behind what it held at `from`. */
  readonly said: (text: string, from?: number) => Promise<void>;
  /** Runs another verb against it. */
  readonly cli: (...args: string[]) => Promise<CliResult>;
  /** As `ddsrv inspect --json` does, without the start of a process. */
  readonly inspect: (name: string) => Promise<FunctionReport>;
  /** Writes files below the functions directory. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** Asks until the answer is this text. */
  readonly answers: (path: string, text: string) => Promise<void>;
  readonly signal: (signal: Deno.Signal) => void;
  readonly exited: Promise<number>;
}

/** The command line. */
export const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;

/** Runs the command line of this checkout. */
export const COMMAND: readonly string[] = [Deno.execPath(), "run", "--quiet", "--allow-all", MAIN];

/** Product bounds that good code must not meet on a machine that is slow or busy. */
const GENEROUS = {
  DDSRV_START_TIMEOUT: "30m",
  DDSRV_WAIT_TIMEOUT: "30m",
  DDSRV_HEAD_TIMEOUT: "30m",
  DDSRV_IDLE_TIMEOUT: "30m",
};

/** A server that answers with a text. */
export function answering(text: string): string {
  return `Deno.serve(() => new Response(${JSON.stringify(text)}));\n`;
}

/** Starts `ddsrv serve` on a free port, with directories and a socket of its own. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const directory = options.directory ?? await makeDirectory();
  const paths = {
    functions: options.functions ?? join(directory, "functions"),
    logs: join(directory, "logs"),
    socket: options.socket ?? join(directory, "ddsrv.sock"),
  };
  await Deno.mkdir(paths.functions, { recursive: true });
  await writeFiles(paths.functions, options.files ?? {});
  for (const name of options.cached ?? []) await fillCache(paths.functions, name);
  const [program = "", ...first] = options.command ?? COMMAND;
  const flags = [paths.functions, "--port=0", "--socket", paths.socket, "--logs-dir", paths.logs];
  const variables = {
    FUNC_DIRECTORY: paths.functions,
    LOGS_DIRECTORY: paths.logs,
    DDSRV_SOCKET: paths.socket,
  };
  const isFlagless = options.isFlagless === true;
  const child = new Deno.Command(program, {
    args: [...first, "serve", ...isFlagless ? [] : flags, ...options.flags ?? []],
    env: {
      ...testEnvironment(),
      ...options.isChecked ? {} : { CHECK_CODE: "false" },
      ...isFlagless ? variables : {},
      ...options.env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let heard = Promise.withResolvers<void>();
  const listen = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      heard.resolve();
      heard = Promise.withResolvers();
    }
  };
  const listening = [listen(child.stdout), listen(child.stderr)];
  const exited = child.status.then(async ({ code }) => {
    await Promise.all(listening);
    heard.resolve();
    return code;
  });
  let hasExited = false;
  exited.then(() => hasExited = true);

  async function said(text: string, from = 0): Promise<void> {
    using patience = openPatience(`"${text}"`, { now: () => output });
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => {});
    patience.signal.addEventListener("abort", () => late.reject(patience.signal.reason));
    while (!output.includes(text, from)) {
      if (hasExited) throw new Error(`serve ended before it said "${text}":\n${output}`);
      await Promise.race([heard.promise, late.promise, exited]);
    }
  }

  const cli = (...args: string[]): Promise<CliResult> =>
    runCli(args, { DDSRV_SOCKET: paths.socket });
  const { beforeUrl = "Listening on " } = options;
  await said(beforeUrl);
  const url = output.split(beforeUrl)[1]!.match(/^[^\s"]+/)![0];

  return {
    ...paths,
    url,
    pid: child.pid,
    directory,
    output: () => output,
    said,
    cli,
    exited,
    async inspect(name) {
      using control = connectControl(paths.socket);
      const report = await control.find(name);
      if (report === undefined) throw new Error(`There is no function "${name}"`);
      return report;
    },
    write: (files) => writeFiles(paths.functions, files),
    async answers(path, text) {
      let last = "";
      await eventually(`"${text}" from ${path}`, async () => {
        last = await (await fetch(url + path)).text();
        return last === text;
      }, { now: () => `${path} answers ${JSON.stringify(last)}\n${output}` });
    },
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!hasExited) child.kill("SIGTERM");
      await exited;
      if (options.directory === undefined) await Deno.remove(directory, { recursive: true });
    },
  };
}

/** What every command of a test has in its environment. */
export function testEnvironment(): Record<string, string> {
  return { DDSRV_STATE_DIRECTORY: join(testCache(), "state"), NO_COLOR: "1", ...GENEROUS };
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = Deno.cwd(),
): Promise<CliResult> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, ...unhurried(args)],
    cwd,
    env: { ...testEnvironment(), ...env },
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** A command line whose wait for functions is as long as it may be, where it does not say how long. */
export function unhurried(args: readonly string[]): readonly string[] {
  const [verb = "", ...others] = args;
  const isWaiting = ["add", "remove", "rm"].includes(verb) && !args.includes("--timeout");
  return isWaiting ? [verb, "--timeout", "600", ...others] : args;
}

/** A new directory for one test. */
export async function makeDirectory(): Promise<string> {
  testCache();
  return await Deno.makeTempDir({ prefix: "ddsrv-e2e-" });
}

/** Writes files below a directory, and the directories on the way to them. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(directory, path)), { recursive: true });
    await Deno.writeTextFile(join(directory, path), text);
  }
}

/** Runs a program of the host and gives what it prints. */
export async function host(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout);
}

/** A file in the data of a function that runs, or will; it may wait for that file before it goes on. */
export async function gateOf(socket: string, name: string): Promise<string> {
  using control = connectControl(socket);
  let data = "";
  await eventually(`${name} runs`, async () => {
    const report = await control.find(name);
    data = `/proc/${report?.pid}/root/ddsrv/data`;
    return await Deno.stat(data).then(() => true, () => false);
  });
  return `${data}/gate`;
}

/** Waits for a while; for the pace of a slow writer, not for something to happen. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How often a text stands in another. */
export function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Where a server of that functions directory keeps a function's modules. */
export function cacheDirectory(functions: string, name: string): string {
  return join(testCache(), "state/cache", deriveOwnerId(functions), name);
}

async function fillCache(functions: string, name: string): Promise<void> {
  const target = cacheDirectory(functions, name);
  await cp(join(testCache(), "npm", name), target, { recursive: true });
}

function testCache(): string {
  const cache = Deno.env.get("DDSRV_TEST_CACHE");
  if (cache !== undefined) return cache;
  throw new Error("These tests need a network of their own. Run: deno task test tests/e2e");
}
