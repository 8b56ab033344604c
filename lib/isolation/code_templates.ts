import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { CODE_DATABASES } from "../sandbox/code_cache.ts";
import type { DenoBinary } from "../sandbox/deno_binary.ts";
import { dieWithParent } from "../sandbox/die_with_parent.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { type Run, run as execute } from "../system/run.ts";

/** Empty databases of Deno's caches, for each Deno. */
export interface CodeTemplates {
  /**
   * Returns the directory of a Deno's empty databases, and makes it at the first call, unless its
   * signal aborts; `undefined` if this Deno makes other databases.
   */
  readonly of: (deno: DenoBinary, signal?: AbortSignal) => Promise<string | undefined>;
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

  async function make(deno: DenoBinary, signal?: AbortSignal): Promise<string | undefined> {
    const path = join(directory, crypto.randomUUID());
    const work = join(path, "work");
    await Deno.mkdir(work, { recursive: true });
    for (const [name, text] of Object.entries(MODULES)) {
      await Deno.writeTextFile(join(work, name), text);
    }
    const command = ["env", `DENO_DIR=${work}`, "DENO_NO_UPDATE_CHECK=1", "NO_COLOR=1"];
    const flags = ["--quiet", "--no-config", "--no-lock", "--no-remote", "--no-npm"];
    const program = [...command, deno.path, "run", ...flags, join(work, "main.js")];
    await run(dieWithParent(Deno.pid, program), {
      timeoutMs: TIMEOUT_MS,
      ...signal === undefined ? {} : { signal },
    });
    try {
      for (const name of CODE_DATABASES) copyEmpty(join(work, name), join(path, name));
    } catch {
      await removeIfThere(path);
      return undefined;
    }
    await removeIfThere(work);
    return path;
  }

  return {
    of(deno, signal) {
      const key = `${deno.path}\n${deno.version}`;
      const made = known.get(key) ?? make(deno, signal).catch(() => undefined);
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
