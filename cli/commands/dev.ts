import { join } from "node:path";
import { ConfigError } from "../../lib/config/json_file.ts";
import { loadSettings } from "../../lib/config/load_settings.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { MAX_EAGER, openDevelopment } from "../../lib/dev/development.ts";
import { findFunctions, type FoundFunctions } from "../../lib/dev/find_functions.ts";
import type { InspectAddress } from "../../lib/dev/inspect_address.ts";
import { listenNearby } from "../../lib/dev/listen_nearby.ts";
import { CliError, ExitCode, usageError } from "../exit_code.ts";
import { hasColours } from "../output/has_colours.ts";
import { openKeys } from "../output/keys.ts";
import { printError, tryPrintOut } from "../output/print.ts";
import { untilInterrupted } from "../output/until_interrupted.ts";
import { followKeys, KEYS_HELP } from "./dev/follow_keys.ts";
import { openBrowser } from "./dev/open_browser.ts";
import { createReport, urlOf } from "./dev/report.ts";
import { urlHost } from "./serve/address.ts";

/** Options of `ddsrv dev`. */
export interface DevOptions {
  readonly port: number;
  readonly host: string;
  readonly inspect?: InspectAddress | undefined;
  readonly isolation: "none" | "full";
}

const LOOPBACK = "127.0.0.1";

const LOOPBACKS: readonly string[] = [LOOPBACK, "localhost", "::1"];

const KEYS_LINE = `Keys: ${KEYS_HELP}\n`;

/** Clears a terminal and its history, see console_codes(4). */
const CLEAR = "\x1b[2J\x1b[3J\x1b[H";

/** Serves a function or a directory of them until the user quits; returns the exit code. */
export async function dev(path: string, options: DevOptions): Promise<number> {
  const found = await find(path);
  if (options.isolation === "full") {
    if (options.inspect !== undefined) {
      throw usageError("--inspect is for --isolation none. On a server, use: ddsrv debug NAME");
    }
    const { serveIsolated } = await import("./dev/isolated.ts");
    return await serveIsolated(found, options);
  }
  return await develop(found, options);
}

async function develop(found: FoundFunctions, options: DevOptions): Promise<number> {
  const { functionsDirectory, isSingle, names } = found;
  if (options.inspect !== undefined && names.length > 1) {
    const [first = ""] = names;
    throw usageError(
      "--inspect debugs one function. Name it: " +
        `ddsrv dev ${join(functionsDirectory, first)} --inspect`,
    );
  }
  using interrupted = untilInterrupted();
  const isColoured = hasColours(Deno.stderr, Deno.env.toObject());
  const settings = await load(functionsDirectory);
  const inspect = options.inspect && freeInspect(options.inspect);
  let url = "";
  const report = createReport({
    functionsDirectory,
    url: () => url,
    isSingle,
    isColoured,
    isOutColoured: hasColours(Deno.stdout, Deno.env.toObject()),
    out: (text) => void tryPrintOut(text),
    error: printError,
  });
  await using development = await openDevelopment({
    settings,
    loadSettings: () => load(functionsDirectory),
    found,
    hostname: options.host,
    port: options.port,
    inspect: inspect && formatAddress(inspect),
    isColoured,
    onListen(port) {
      url = `http://${urlHost(options.host === LOOPBACK ? "0.0.0.0" : options.host)}:${port}`;
      printError(banner(found, { url, port, wantedPort: options.port }));
    },
    onEvent: report.event,
    onLine: report.line,
    onAccess: report.access,
    onError: (error) => report.warn(error instanceof Error ? error.message : String(error)),
  }).catch((error) => {
    throw cannotListen(error, options);
  });
  if (inspect !== undefined) {
    printError(`Debugger on ${formatAddress(inspect)}: attach VS Code, or open chrome://inspect\n`);
    if (!LOOPBACKS.includes(inspect.hostname)) {
      report.warn(`Everybody who reaches ${inspect.hostname} can run code as you by the debugger`);
    }
  }
  if (Deno.uid() === 0) {
    report.warn("Functions run as root, and only Deno's permissions limit them");
  }
  const ended = Promise.withResolvers<void>();
  using keys = Deno.stdin.isTerminal() ? openKeys() : undefined;
  if (keys !== undefined) {
    printError(KEYS_LINE);
    const page = isSingle ? urlOf(names[0]!, { url: () => url }) : `${url}/`;
    void followKeys(keys.next, {
      open: () => open(page),
      restart: development.restart,
      clear,
      help: () => printError(KEYS_LINE),
      quit: ended.resolve,
    });
  }
  await Promise.race([ended.promise, interrupted.happened]);
  return ExitCode.Done;
}

async function find(path: string): Promise<FoundFunctions> {
  try {
    return await findFunctions(path, async (directory) => (await load(directory)).entries);
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

async function load(functionsDirectory: string): Promise<Settings> {
  const flags = { functionsDirectory, isolation: "none" } as const;
  return (await loadSettings(flags, Deno.env.toObject())).settings;
}

function open(url: string): void {
  openBrowser(url).catch((error) =>
    printError(`Cannot open a browser: ${error.message}. Open ${url}\n`)
  );
}

/** Clears the terminal; the other stream may be a file. */
function clear(): void {
  if (Deno.stderr.isTerminal()) printError(CLEAR);
  else if (Deno.stdout.isTerminal()) tryPrintOut(CLEAR);
}

interface Listening {
  readonly url: string;
  readonly port: number;
  readonly wantedPort: number;
}

function banner(
  { functionsDirectory, isSingle, names }: FoundFunctions,
  { url, port, wantedPort }: Listening,
): string {
  const count = `${names.length} ${names.length === 1 ? "function" : "functions"}`;
  const what = isSingle
    ? `"${join(functionsDirectory, names[0]!)}"`
    : `${count} of "${functionsDirectory}"`;
  const isOther = wantedPort !== 0 && port !== wantedPort;
  const taken = isOther ? ` (port ${wantedPort} is in use)` : "";
  const lazy = names.length > MAX_EAGER ? "Each function starts with its first request\n" : "";
  return `ddsrv dev serves ${what} at ${url}${taken}\n${lazy}`;
}

/** Finds a free port for the debugger: Deno ends if it is in use. */
function freeInspect({ hostname, port }: InspectAddress): InspectAddress {
  const free = listenNearby(port, (one) => {
    using listener = Deno.listen({ hostname, port: one });
    return listener.addr.port;
  });
  if (free !== port) printError(`Port ${port} is in use, so the debugger listens on ${free}\n`);
  return { hostname, port: free };
}

function formatAddress({ hostname, port }: InspectAddress): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

function cannotListen(error: unknown, { host, port }: DevOptions): unknown {
  if (error instanceof ConfigError || !(error instanceof Error)) return error;
  return new CliError(
    `Cannot listen on ${host}:${port}: ${error.message}. Choose another --host or --port`,
  );
}
