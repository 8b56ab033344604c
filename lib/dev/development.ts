import { basename, join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { type IgnoreRules, readIgnoreRules } from "../function/ignored_files.ts";
import type { AccessRecord } from "../proxy/access_log.ts";
import { openProxy } from "../proxy/proxy.ts";
import { RouteTable } from "../proxy/route_table.ts";
import { openDenos } from "../sandbox/denos.ts";
import { createSemaphore } from "../system/semaphore.ts";
import { changeOf, isCode, isConfiguration, isWritten } from "./change_of.ts";
import { checkTypes } from "./check_types.ts";
import {
  developFunction,
  type DevEvent,
  type FunctionDevelopment,
  SLOW_START_MS,
} from "./develop_function.ts";
import { type FoundFunctions, functionsIn } from "./find_functions.ts";
import { givenPath, resolveDirectories } from "./given_path.ts";
import { startInstance, type StreamName } from "./instance.ts";
import { listenNearby } from "./listen_nearby.ts";
import { prepareFunction } from "./prepare_function.ts";
import { watchFolders } from "./watch_folders.ts";

/** Functions that follow their folders, behind a proxy. Disposing of it ends everything. */
export interface Development extends AsyncDisposable {
  /** Starts all functions again. */
  readonly restart: () => void;
}

/** Options of {@linkcode openDevelopment}. */
export interface DevelopmentOptions {
  /** Settings of the functions directory at the start; the proxy keeps them. */
  readonly settings: Settings;
  /** Reads the settings again, for each start of a function. */
  readonly loadSettings: () => Promise<Settings>;
  readonly found: FoundFunctions;
  readonly hostname: string;
  /** The next free port is used if it is taken. */
  readonly port: number;
  /** Address of the debugger of the only function, `host:port`; none when left out. */
  readonly inspect?: string | undefined;
  readonly isColoured: boolean;
  /** Called once, with the port of the proxy, before any function starts. */
  readonly onListen: (port: number) => void;
  readonly onEvent: (name: string, event: DevEvent | { readonly type: "removed" }) => void;
  readonly onLine: (name: string, stream: StreamName, text: string) => void;
  readonly onAccess: (record: AccessRecord) => void;
  readonly onError: (error: unknown) => void;
}

/** A larger directory starts its functions with their first requests. */
export const MAX_EAGER = 20;

/**
 * Serves functions as a server does at the isolation level `none`, with its proxy, and starts each
 * again when a file of its folder changes that is not ignored.
 *
 * @throws {Error} if no port is free
 */
export async function openDevelopment(options: DevelopmentOptions): Promise<Development> {
  const { settings, found, hostname, inspect, isColoured, onEvent, onError } = options;
  const { functionsDirectory } = settings;
  await using stack = new AsyncDisposableStack();
  const denoOf = await openDenos(settings);
  const routes = new RouteTable();
  const functions = new Map<string, FunctionDevelopment>();
  const isLazy = found.names.length > MAX_EAGER;
  const starts = createSemaphore(Math.max(2, navigator.hardwareConcurrency), {
    maxHoldMs: SLOW_START_MS,
  });
  // A check takes seconds of processor time and some hundred MB.
  const checks = createSemaphore(Math.max(1, navigator.hardwareConcurrency >> 1));
  const rules = new Map<string, Promise<IgnoreRules>>();
  stack.defer(async () => {
    await Promise.all([...functions.values()].map((one) => one[Symbol.asyncDispose]()));
  });
  const proxy = stack.use(listenNearby(options.port, (port) =>
    openProxy({
      ...settings,
      hostname,
      port,
      routes,
      hideErrors: false,
      index: "local",
      onAccess: options.onAccess,
      onError,
      onWarning: onError,
    })));
  routes.onWanted = (name) => functions.get(name)?.wanted();
  options.onListen(proxy.port);

  function add(name: string): void {
    const one = developFunction(name, {
      routes,
      isLazy,
      hasDebugger: inspect !== undefined,
      prepare: async () =>
        prepareFunction(name, { settings: await options.loadSettings(), denoOf }),
      start: (prepared, start) =>
        startInstance(prepared, { ...start, functionsDirectory, inspect, isColoured }),
      check: (prepared, signal) => checks.run(() => checkTypes(prepared, { isColoured, signal })),
      inTurn: (task) => starts.run(task),
      onEvent: (event) => onEvent(name, event),
      onLine: (stream, text) => options.onLine(name, stream, text),
    });
    functions.set(name, one);
    one.update("code");
  }

  async function remove(name: string): Promise<void> {
    const one = functions.get(name);
    functions.delete(name);
    rules.delete(name);
    await one?.[Symbol.asyncDispose]();
    onEvent(name, { type: "removed" });
  }

  function rulesOf(name: string): Promise<IgnoreRules> {
    const known = rules.get(name) ??
      readIgnoreRules(join(functionsDirectory, name)).catch((error) => {
        // The next change reads them again.
        rules.delete(name);
        onError(error);
        return { isIgnored: () => false };
      });
    rules.set(name, known);
    return known;
  }

  /** Returns how a change of a file affects a function; `undefined` if it does not. */
  async function effectOf(name: string, path: string): Promise<"code" | "data" | undefined> {
    const kind = isCode(path) ? "code" : "data";
    const named = functions.get(name)?.namedFiles();
    if (named === undefined || isWritten(path, named)) return undefined;
    if (path === "" || isConfiguration(path, named)) return "code";
    if (/^\.(?:git|ddsrv)ignore$/.test(basename(path))) rules.delete(name);
    return (await rulesOf(name)).isIgnored(path, "file") ? undefined : kind;
  }

  async function follow(paths: readonly string[]): Promise<void> {
    const effects = new Map<string, "code" | "data">();
    const mark = (name: string, kind: "code" | "data" | undefined): void => {
      if (kind === "code" || kind === "data" && !effects.has(name)) effects.set(name, kind);
    };
    const unknown = new Set<string>();
    for (const path of paths) {
      const change = changeOf(givenPath(path, directories), functionsDirectory);
      if (change.type === "shared") { for (const name of functions.keys()) mark(name, "code"); }
      if (change.type !== "own") continue;
      const { name } = change;
      if (functions.has(name)) mark(name, await effectOf(name, change.path));
      else unknown.add(name);
    }
    if (!found.isSingle && unknown.size + effects.size > 0) {
      const present = await functionsIn(functionsDirectory, settings.entries);
      for (const name of present) if (unknown.has(name)) add(name);
      for (const name of effects.keys()) {
        if (present.includes(name) || await exists(join(functionsDirectory, name))) continue;
        effects.delete(name);
        await remove(name);
      }
    }
    for (const [name, kind] of effects) functions.get(name)?.update(kind);
  }

  const single = found.isSingle ? found.names : [];
  const directories = await resolveDirectories([
    ...single.map((name) => join(functionsDirectory, name)),
    functionsDirectory,
  ]);
  let following: Promise<void> = Promise.resolve();
  for (const name of found.names) add(name);
  stack.use(watchFolders({
    functionsDirectory,
    name: found.isSingle ? found.names[0] : undefined,
    onChange: (paths) => following = following.then(() => follow(paths)).catch(onError),
    onError: (error) =>
      onError(
        new Error(`Cannot watch for changes: ${error.message}. Press r after a change`, {
          cause: error,
        }),
      ),
  }));
  const owned = stack.move();
  return {
    restart() {
      for (const one of functions.values()) one.update("now");
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
