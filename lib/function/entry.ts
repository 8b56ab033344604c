import { DEFAULT_ENTRIES, isStaticEntry, parseEntryPath } from "../config/entry_names.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import type { EntryFacts } from "./entry_facts.ts";
import { ENTRY_FILE } from "./layout.ts";

/** The file that makes a folder a function. */
export type EntryChoice =
  /** `entry` is relative to the folder: a module, or an `index.html` of static files. */
  | { readonly type: "found"; readonly entry: string }
  /** The manifest names an entry that can't be used: the folder is a function that fails. */
  | { readonly type: "wrong"; readonly problem: string }
  /** The folder is no function; the reason continues "it is ignored: …". */
  | { readonly type: "none"; readonly reason: string };

/** Kind of a file that may be an entry; `outside` leads out of the folder. */
export type EntryKind = "file" | "missing" | "other" | "outside";

/** The folder, for {@linkcode chooseEntry}. Paths are relative to it. */
export interface EntryFolder {
  readonly kindOf: (path: string) => EntryKind | Promise<EntryKind>;
  /** Reads a JSON file that is there. */
  readonly factsOf: (name: string) => Promise<EntryFacts>;
}

/** Remedy for a folder whose entry has another name. */
export const ENTRY_HINT = `Name the file in ${SETTINGS_FILE}: "entry": "src/server.ts"`;
const BUILD_HINT = `Build it, and name the page in ${SETTINGS_FILE}: "entry": "dist/index.html"`;

/**
 * Chooses the entry of a folder: the first of `entries` that it has. `ddsrv.json` always comes
 * first, and only counts if it names an entry. Looks at no file that does not matter: a folder
 * with an `index.ts` costs two looks.
 */
export async function chooseEntry(
  folder: EntryFolder,
  entries: readonly string[],
): Promise<EntryChoice> {
  let broken: string | undefined;
  if (entries.includes(SETTINGS_FILE) && await folder.kindOf(SETTINGS_FILE) === "file") {
    const { entry, problem } = await folder.factsOf(SETTINGS_FILE);
    if (entry !== undefined) return await chooseNamed(folder, entry);
    broken = problem;
  }
  let note: string | undefined;
  let isCode = false;
  for (const name of entries) {
    if (name === SETTINGS_FILE || await folder.kindOf(name) !== "file") continue;
    if (!name.endsWith(".json") && !name.endsWith(".jsonc")) {
      // Without its code, a page is of no use, and its sources are not for everybody.
      if (isStaticEntry(name) && isCode) continue;
      return { type: "found", entry: name };
    }
    const facts = await folder.factsOf(name);
    const started = await findStarted(folder, facts);
    if (started.entry !== undefined) return { type: "found", entry: started.entry };
    if (started.note === undefined) continue;
    note ??= `its ${name} ${started.note}`;
    isCode ||= !started.hasOnlyMain;
  }
  // Somebody is editing the manifest, which may name the entry.
  if (broken !== undefined) return { type: "wrong", problem: broken };
  return { type: "none", reason: note ?? `it has no ${describeEntries(entries)}` };
}

async function chooseNamed(folder: EntryFolder, given: unknown): Promise<EntryChoice> {
  const wrong = (what: string): EntryChoice => ({
    type: "wrong",
    problem: `The "entry" of its ${SETTINGS_FILE} ${what}`,
  });
  if (typeof given !== "string") return wrong("is not a text. Give a path such as src/server.ts");
  let entry: string;
  try {
    entry = parseEntryPath(given);
  } catch (error) {
    if (error instanceof SyntaxError) return wrong(`is not valid: ${error.message}`);
    throw error;
  }
  const kind = await folder.kindOf(entry);
  switch (kind) {
    case "file":
      return { type: "found", entry };
    case "missing":
      return wrong(`is "${entry}", which does not exist. Create it, or name another file`);
    case "other":
      return wrong(`is "${entry}", which is not a file. Name a file`);
    case "outside":
      return wrong(
        `is "${entry}", which leads out of the folder. Replace the link with the file itself`,
      );
    default:
      return kind satisfies never;
  }
}

/** The entry that a configuration file starts, or the reason why there is none. */
interface Started {
  readonly entry?: string;
  readonly note?: string;
  /** `npm init` writes a `main` into every `package.json`. */
  readonly hasOnlyMain?: true;
}

async function findStarted(folder: EntryFolder, facts: EntryFacts): Promise<Started> {
  const { start, main, problem } = facts;
  if (problem !== undefined) return { note: `can't be read: ${problem}` };
  if (start?.type === "file") {
    const entry = await resolveFile(folder, start.file);
    if (entry !== undefined) return { entry };
  }
  const entry = main === undefined ? undefined : await resolveFile(folder, main);
  if (entry !== undefined) return { entry };
  if (start?.type === "odd") {
    return { note: `has a start command that ${start.reason}. ${ENTRY_HINT}` };
  }
  if (start !== undefined) {
    return { note: `starts ${quote(start.file)}, which is not a file in it. ${ENTRY_HINT}` };
  }
  if (facts.hasBuild) return { note: `has a build script. ${BUILD_HINT}` };
  if (main === undefined) return {};
  return {
    note: `has the main ${quote(main)}, which is not a file in it. ${ENTRY_HINT}`,
    hasOnlyMain: true,
  };
}

/** Finds a file as Node does, which completes its name. */
async function resolveFile(folder: EntryFolder, given: string): Promise<string | undefined> {
  for (const ending of ["", ".js", "/index.js"]) {
    let path: string;
    try {
      path = parseEntryPath(given + ending);
    } catch (error) {
      if (error instanceof SyntaxError) continue;
      throw error;
    }
    if (!isStaticEntry(path) && await folder.kindOf(path) === "file") return path;
  }
  return undefined;
}

function describeEntries(entries: readonly string[]): string {
  if (String(entries) === String(DEFAULT_ENTRIES)) {
    return `${ENTRY_FILE}, main.ts, index.html or other entry`;
  }
  return entries.length === 1
    ? entries[0]!
    : `${entries.slice(0, -1).join(", ")} or ${entries.at(-1)}`;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
