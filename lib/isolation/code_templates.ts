import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CODE_DATABASES, LOG_SUFFIX } from "../sandbox/code_cache.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { SANDBOX_PRELOAD } from "../sandbox/function_mounts.ts";
import { PRELOAD_FILE } from "../sandbox/preload_file.ts";
import type { StartFileContent } from "../sandbox/start_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { type Run, run as execute } from "../system/run.ts";

/** Databases of Deno's caches that ddsrv makes, for each Deno. */
export interface CodeTemplates {
  /**
   * Returns the directory of a Deno's empty databases, and makes it at the first call; `undefined`
   * if this Deno makes other databases.
   */
  readonly of: (deno: DenoBinary) => Promise<string | undefined>;
  /**
   * Returns the directory of a Deno's databases for all functions: they have the bytecode of Deno's
   * own modules and of the preload module, which ddsrv recorded without any code of a function. The
   * first call begins to make them; `undefined` until they are there, or if that fails.
   */
  readonly sharedOf: (deno: DenoBinary) => string | undefined;
}

/** Options of {@linkcode createCodeTemplates}. */
export interface CodeTemplatesOptions {
  /** A directory that only the supervisor may write, and that is empty at its start. */
  readonly directory: string;
  readonly run?: Run;
}

const TIMEOUT_MS = 30_000;

/** A module that Deno analyses and caches, and a CommonJS module for the third database. */
const MODULES = { "main.js": 'import "./common.cjs";\n', "common.cjs": "module.exports = {};\n" };

/** A module that loads what a function loads to serve requests. */
const SERVER = `const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () =>
  new Response(""));
await (await fetch("http://127.0.0.1:" + server.addr.port)).text();
await server.shutdown();
`;

/** What the preload module reads; it serves nothing itself. */
const START: StartFileContent = {
  hostname: "127.0.0.1",
  port: 0,
  isUnix: false,
  isAlone: false,
  isParked: false,
  variables: {},
};

/**
 * Makes empty databases as Deno expects them. Deno optimizes a database when it opens it: it
 * analyses tables without statistics, which fails if it can't write, and Deno then ignores the
 * database. A database that begins as a copy of a template has statistics already, so a later run
 * can read it where nothing can write. Only Deno and ddsrv have written to a template.
 */
export function createCodeTemplates(
  { directory, run = execute }: CodeTemplatesOptions,
): CodeTemplates {
  const known = new Map<string, Promise<string | undefined>>();
  const shared = new Map<string, string | undefined>();

  /** Runs modules once and copies the databases that Deno leaves. */
  async function record(
    deno: DenoBinary,
    { modules, flags, copy }: {
      readonly modules: Readonly<Record<string, string>>;
      readonly flags: (work: string) => readonly string[];
      readonly copy: (source: string, target: string) => void;
    },
  ): Promise<string | undefined> {
    const path = join(directory, crypto.randomUUID());
    const work = join(path, "work");
    await Deno.mkdir(work, { recursive: true });
    for (const [name, text] of Object.entries(modules)) {
      await Deno.writeTextFile(join(work, name), text);
    }
    const command = ["env", `DENO_DIR=${work}`, "DENO_NO_UPDATE_CHECK=1", "NO_COLOR=1"];
    const common = ["--quiet", "--no-config", "--no-lock", "--no-remote", "--no-npm"];
    try {
      await run([...command, deno.path, "run", ...common, ...flags(work), join(work, "main.js")], {
        timeoutMs: TIMEOUT_MS,
      });
      for (const name of CODE_DATABASES) copy(join(work, name), join(path, name));
    } catch {
      await removeIfThere(path);
      return undefined;
    }
    await removeIfThere(work);
    return path;
  }

  async function make(deno: DenoBinary): Promise<string | undefined> {
    return await record(deno, { modules: MODULES, flags: () => [], copy: copyEmpty });
  }

  async function makeShared(deno: DenoBinary): Promise<string | undefined> {
    const preload = await Deno.readTextFile(PRELOAD_FILE);
    return await record(deno, {
      modules: {
        "main.js": `${SERVER}import "./common.cjs";\n`,
        "common.cjs": MODULES["common.cjs"],
        "preload.js": preload,
        "start.json": JSON.stringify(START),
      },
      flags: (work) => [
        ...["--allow-net=127.0.0.1", "--allow-read", "--allow-env"],
        `--preload=${join(work, "preload.js")}`,
      ],
      copy: copyShared,
    });
  }

  return {
    sharedOf(deno) {
      const key = `${deno.path}\n${deno.version}`;
      if (!shared.has(key)) {
        shared.set(key, undefined);
        void makeShared(deno).then((path) => shared.set(key, path), () => {});
      }
      return shared.get(key);
    },
    of(deno) {
      const key = `${deno.path}\n${deno.version}`;
      const made = known.get(key) ?? make(deno).catch(() => undefined);
      known.set(key, made);
      return made;
    },
  };
}

/** Copies the tables and their statistics, without other rows than the version of Deno. */
function copyEmpty(source: string, target: string): void {
  using database = new DatabaseSync(source);
  database.exec("ANALYZE");
  const tables = database.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  ).all().map(({ name }) => String(name));
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  for (const name of tables) if (name !== "info") database.exec(`DELETE FROM ${quoted(name)}`);
  database.prepare("VACUUM INTO ?").run(target);
}

/**
 * Copies a database with its rows, for readers alone, and makes its empty write-ahead log. The rows
 * of the preload module get the name that it has in a sandbox.
 */
function copyShared(source: string, target: string): void {
  {
    using database = new DatabaseSync(source);
    database.exec("ANALYZE");
    const columns = database.prepare(
      "SELECT m.name AS name, c.name AS column FROM sqlite_master AS m, pragma_table_info(m.name) " +
        "AS c WHERE m.type = 'table' AND c.name = 'specifier'",
    ).all();
    for (const { name } of columns) {
      const table = `"${String(name).replaceAll('"', '""')}"`;
      database.prepare(`UPDATE ${table} SET specifier = ? WHERE specifier LIKE '%/work/preload.js'`)
        .run(pathToFileURL(SANDBOX_PRELOAD).href);
      database.exec(`DELETE FROM ${table} WHERE specifier LIKE '%/work/%'`);
    }
    database.prepare("VACUUM INTO ?").run(target);
  }
  {
    using database = new DatabaseSync(target);
    database.exec("PRAGMA journal_mode = WAL");
  }
  Deno.writeFileSync(`${target}${LOG_SUFFIX}`, new Uint8Array());
}
