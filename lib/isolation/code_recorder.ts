import { join } from "node:path";
import { defaultPermissions } from "../config/permissions.ts";
import { CODE_DATABASES } from "../sandbox/code_cache.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { functionEnvironment, runCommand } from "../sandbox/deno_command.ts";
import { dieWithParent } from "../sandbox/die_with_parent.ts";
import { hostMounts } from "../sandbox/function_mounts.ts";
import {
  SANDBOX_CACHE,
  SANDBOX_DENO,
  SANDBOX_PATHS,
  SANDBOX_PRELOAD,
  SANDBOX_START,
} from "../sandbox/sandbox_paths.ts";
import type { ProcessLimits } from "../sandbox/launch_shell.ts";
import { PRELOAD_FILE } from "../sandbox/preload_file.ts";
import { sandboxCommand, type SandboxOptions } from "../sandbox/sandbox.ts";
import { type StartFileContent, writeStartFile } from "../sandbox/start_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { type Run, run as execute } from "../system/run.ts";
import type { CodeTemplates } from "./code_templates.ts";
import { collectCode } from "./collect_code.ts";

/**
 * Fills a directory with the databases of a Deno's caches that have the bytecode of its own modules
 * and of the preload module. Returns false if this Deno makes other databases.
 *
 * @throws {Error} if a step fails or the signal aborts
 */
export type RecordCode = (
  deno: DenoBinary,
  options: { readonly target: string; readonly signal: AbortSignal },
) => Promise<boolean>;

/** Options of {@linkcode createCodeRecorder}. */
export interface CodeRecorderOptions extends Pick<SandboxOptions, "landlock" | "systemCallFilter"> {
  /** A directory that only the supervisor may write. */
  readonly directory: string;
  readonly templates: CodeTemplates;
  /** A user that runs no function; the supervisor's own when left out. */
  readonly uid?: number | undefined;
  readonly run?: Run;
}

/** Maximum size of all databases. Those of Deno 2.9 have 2 MiB. */
export const MAX_SHARED_BYTES: number = 16 * 1024 ** 2;

/** Path of the recorded program inside its sandbox. */
const PROGRAM = "/ddsrv/record";

/** Loads the modules of Deno that functions use, and serves a request as functions do. */
export const RECORDED_PROGRAM = `import { builtinModules } from "node:module";
for (const object of [globalThis, Deno, navigator]) {
  for (const name of Object.getOwnPropertyNames(object)) {
    try {
      object[name];
    } catch {
      // This command of Deno does not have it.
    }
  }
}
for (const name of builtinModules) {
  await import("node:" + name.replace(/^node:/, "")).catch(() => {});
}
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () =>
  new Response(""));
await (await fetch("http://127.0.0.1:" + server.addr.port)).text();
await server.shutdown();
`;

/** Writes the logs of the databases into the databases, so that later runs have no log to read. */
const FINISH = `import { DatabaseSync } from "node:sqlite";
for (const path of Deno.args) {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
`;

/** The preload module serves nothing itself. */
const START: StartFileContent = {
  hostname: "127.0.0.1",
  port: 0,
  isUnix: false,
  isAlone: false,
  isParked: false,
  usesNode: false,
  variables: {},
};

const TIMEOUT_MS = 60_000;

const LIMITS: ProcessLimits = {
  cpuSeconds: 30,
  dataBytes: 2 * 1024 ** 3,
  fileBytes: MAX_SHARED_BYTES,
  files: 1_024,
};

/** Maximum size of V8's heap. V8 accepts bytecode that it made with another limit. */
const HEAP_BYTES = 256 * 1024 ** 2;

/** All that waits for the processor goes first. */
const NICE: readonly string[] = ["nice", "-n", "19"];

/**
 * Creates the recorder of the code cache that all functions share. The recorded run has the command
 * and the sandbox of a function, but a program and a user of its own, no network and no code of any
 * function: what it leaves is as trustworthy as Deno.
 */
export function createCodeRecorder(options: CodeRecorderOptions): RecordCode {
  const { directory, templates, uid, run = execute, ...chain } = options;

  return async (deno, { target, signal }) => {
    const template = await templates.of(deno);
    signal.throwIfAborted();
    if (template === undefined) return false;
    const place = join(directory, crypto.randomUUID());
    const [program, cache] = [join(place, "program"), join(place, "cache")] as const;
    await using stack = new AsyncDisposableStack();
    stack.defer(() => removeIfThere(place));
    await Deno.mkdir(cache, { recursive: true, mode: 0o700 });
    await Deno.mkdir(program);
    await Deno.writeTextFile(join(program, "record.js"), RECORDED_PROGRAM);
    await Deno.writeTextFile(join(program, "finish.js"), FINISH);
    for (const name of CODE_DATABASES) {
      await Deno.copyFile(join(template, name), join(cache, name));
      if (uid !== undefined) await Deno.chown(join(cache, name), uid, uid);
    }
    if (uid !== undefined) await Deno.chown(cache, uid, uid);
    const start = stack.use(await writeStartFile(join(place, "start.json"), START, uid));
    const mounts = [
      ...await hostMounts(deno.path),
      { source: PRELOAD_FILE, target: SANDBOX_PRELOAD },
      { source: start.path, target: SANDBOX_START },
      { source: program, target: PROGRAM },
      { source: cache, target: SANDBOX_CACHE, isWritable: true },
    ];
    const inside = async (command: readonly string[], env: Environment): Promise<void> => {
      const { command: launch, input } = sandboxCommand({
        ...chain,
        uid,
        network: "loopback",
        devices: "none",
        limits: LIMITS,
        prefix: NICE,
        mounts,
        workingDirectory: PROGRAM,
        command,
      });
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      await run(dieWithParent(Deno.pid, ["env", "-i", ...variables, ...launch]), {
        stdin: input,
        timeoutMs: TIMEOUT_MS,
        signal,
      });
      signal.throwIfAborted();
    };
    await inside(recordCommand(), ENVIRONMENT);
    await inside(FINISH_COMMAND, { ...ENVIRONMENT, DENO_DIR: SANDBOX_PATHS.temporary });
    const collected = await collectCode({
      pid: Deno.pid,
      isRunning: () => !signal.aborted,
      target,
      maxBytes: MAX_SHARED_BYTES,
      cache: await Deno.realPath(cache),
    });
    signal.throwIfAborted();
    if (collected.type === "copied") return true;
    throw new Error(`Deno ${deno.version} left databases that are ${collected.type}`);
  };
}

type Environment = Readonly<Record<string, string>>;

/** Without the operator's variables: other users of the host can read the arguments of env(1). */
const ENVIRONMENT: Environment = Object.fromEntries(
  Object.entries(functionEnvironment({ port: 0, paths: SANDBOX_PATHS }))
    .filter(([name]) => ["PATH", "HOME", "LANG"].includes(name) || name.startsWith("DENO_")),
);

/** The command of a function, whose flags decide which bytecode V8 accepts. */
function recordCommand(): string[] {
  return runCommand({
    entry: "record.js",
    importMap: undefined,
    allowImport: [],
    nodeModules: "none",
    permissions: defaultPermissions,
    paths: SANDBOX_PATHS,
    hasCodeCache: true,
    heapBytes: HEAP_BYTES,
  });
}

const FINISH_COMMAND: readonly string[] = [
  ...[SANDBOX_DENO, "run", "--quiet", "--no-prompt", "--no-code-cache"],
  ...["--no-config", "--no-lock", "--no-remote", "--no-npm"],
  ...[`--allow-read=${SANDBOX_CACHE}`, `--allow-write=${SANDBOX_CACHE}`],
  ...["finish.js", ...CODE_DATABASES.map((name) => join(SANDBOX_CACHE, name))],
];
