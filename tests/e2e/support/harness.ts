import { cp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import type { FunctionReport } from "../../../lib/control/api.ts";
import { connectControl } from "../../../lib/control/control_client.ts";
import { eventually, openPatience } from "../../patience.ts";

export { eventually, within } from "../../patience.ts";

/** Options of {@linkcode startServer}. */
export interface ServerOptions {
  /** Files of the functions directory by path, such as `hello/index.ts`. */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * Functions whose module cache was filled before the tests, because those have no internet
   * access.
   */
  readonly cached?: readonly string[];
  readonly flags?: readonly string[];
  /**
   * Type-checks functions, which is ddsrv's default. A check costs more than everything else in a
   * test, so only tests about checks enable it.
   */
  readonly isChecked?: true;
  /**
   * Prepares the next starts of functions, which is ddsrv's default. Other tests count namespaces,
   * processes and control groups, which this makes more, and would take longer.
   */
  readonly isParking?: true;
  /** Passes all paths and the port by environment variables instead of flags. */
  readonly isFlagless?: true;
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory; by default a new one, which is removed at the end. */
  readonly directory?: string;
  /** Paths of the functions directory and the control socket, if not the default ones. */
  readonly functions?: string;
  readonly socket?: string;
  /** Command that runs ddsrv; by default this Deno with this checkout. */
  readonly command?: readonly string[];
  /** Text before the URL in the line that reports the listener. */
  readonly beforeUrl?: string;
}

/** Result of a command. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `ddsrv serve`, as root. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly directory: string;
  readonly functions: string;
  readonly logs: string;
  readonly socket: string;
  /** Returns the output of both streams so far. */
  readonly output: () => string;
  /** Resolves once its output contains the text after position `from`. */
  readonly said: (text: string, from?: number) => Promise<void>;
  /** Runs another verb with this server's control socket. */
  readonly cli: (...args: string[]) => Promise<CliResult>;
  /** Returns the same as `ddsrv inspect --json`, without starting a process. */
  readonly inspect: (name: string) => Promise<FunctionReport>;
  /** Writes files to the functions directory. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** Sends requests until the answer is this text. */
  readonly answers: (path: string, text: string) => Promise<void>;
  readonly signal: (signal: Deno.Signal) => void;
  readonly exited: Promise<number>;
}

/** Path of ddsrv's main module. */
export const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;

/** Command that runs ddsrv from this checkout. */
export const COMMAND: readonly string[] = [Deno.execPath(), "run", "--quiet", "--allow-all", MAIN];

/** Time limits that correct code must not reach on a slow or busy machine. */
const GENEROUS = {
  DDSRV_START_TIMEOUT: "30m",
  DDSRV_WAIT_TIMEOUT: "30m",
  DDSRV_HEAD_TIMEOUT: "30m",
  DDSRV_IDLE_TIMEOUT: "30m",
};

/** Returns the code of a function that answers with a text. */
export function answering(text: string): string {
  return `Deno.serve(() => new Response(${JSON.stringify(text)}));\n`;
}

/** Starts `ddsrv serve` on a free port, with its own directories and control socket. */
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
      ...options.isParking ? {} : { DDSRV_PARKED: "0" },
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
      const replaced = output.matchAll(/^Replaced by ddsrv \S+ \(pid (\d+)\)/gm);
      const successor = [...replaced].at(-1)?.[1];
      // It has the same output, so that this ends with it.
      if (successor !== undefined) stopProcess(Number(successor));
      if (!hasExited) stopProcess(child.pid);
      await exited;
      if (options.directory === undefined) await Deno.remove(directory, { recursive: true });
    },
  };
}

function stopProcess(pid: number): void {
  try {
    Deno.kill(pid, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Returns the environment of every command in a test. */
export function testEnvironment(): Record<string, string> {
  return { DDSRV_STATE_DIRECTORY: join(testCache(), "state"), NO_COLOR: "1", ...GENEROUS };
}

/** Runs ddsrv and waits until it exits. */
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

/**
 * Returns the arguments, with the maximum --timeout if they have none and the verb waits for
 * functions.
 */
export function unhurried(args: readonly string[]): readonly string[] {
  const [verb = "", ...others] = args;
  const isWaiting = ["add", "remove", "rm", "start", "stop"].includes(verb) &&
    !args.includes("--timeout");
  return isWaiting ? [verb, "--timeout", "600", ...others] : args;
}

/** Creates a directory for one test. */
export async function makeDirectory(): Promise<string> {
  testCache();
  return await Deno.makeTempDir({ prefix: "ddsrv-e2e-" });
}

/** Writes files below a directory, and creates their parent directories. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(directory, path)), { recursive: true });
    await Deno.writeTextFile(join(directory, path), text);
  }
}

/** Runs a program of the host and returns its output. */
export async function host(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout);
}

/** Returns the path of a file in a function's data directory, for which the function may wait. */
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

/** Waits for a fixed time. Only for the pace of a slow writer, never to wait for an event. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Returns the number of occurrences of a text in another. */
export function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Returns the path of a function's module cache, for a server of that functions directory. */
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
