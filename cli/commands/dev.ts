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
    onEvent: report.event,
    onLine: report.line,
    onAccess: report.access,
    onError: (error) => report.warn(error instanceof Error ? error.message : String(error)),
  }).catch((error) => {
    throw cannotListen(error, options);
  });
  const { port } = development;
  url = `http://${urlHost(options.host === "127.0.0.1" ? "0.0.0.0" : options.host)}:${port}`;
  const taken = options.port !== 0 && port !== options.port
    ? ` (port ${options.port} is in use)`
    : "";
  printError(`ddsrv dev serves ${describe(found)} at ${url}${taken}\n`);
  if (names.length > MAX_EAGER) printError("Each function starts with its first request\n");
  if (inspect !== undefined) {
    printError(`Debugger on ${formatAddress(inspect)}: attach VS Code, or open chrome://inspect\n`);
  }
  if (Deno.uid() === 0) {
    report.warn("Functions run as root, and only Deno's permissions limit them");
  }
  const ended = Promise.withResolvers<void>();
  const isTerminal = Deno.stdin.isTerminal();
  using keys = isTerminal ? openKeys() : undefined;
  if (keys !== undefined) {
    printError(`Keys: ${KEYS_HELP}\n`);
    void followKeys(keys.next, (action) => {
      switch (action) {
        case "open":
          return open(
            urlOf(isSingle ? names[0]! : development.names()[0] ?? "", { url: () => url }),
          );
        case "restart":
          return development.restart();
        case "clear":
          return void tryPrintOut(CLEAR);
        case "help":
          return printError(`Keys: ${KEYS_HELP}\n`);
        case "quit":
          return ended.resolve();
        default:
          return action satisfies never;
      }
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

function describe({ functionsDirectory, isSingle, names }: FoundFunctions): string {
  return isSingle
    ? `"${join(functionsDirectory, names[0]!)}"`
    : `${names.length} ${names.length === 1 ? "function" : "functions"} of "${functionsDirectory}"`;
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
