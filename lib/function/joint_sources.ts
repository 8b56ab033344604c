import { dirname, join } from "node:path";
import { readFully } from "./contained_file.ts";
import { type HeldFolder, holdFolder } from "./held_folder.ts";
import { COMMON_FILES, LOCK_FILE, NPMRC_FILE, SHARED_DIRECTORY } from "./layout.ts";

/** A function whose source is read, by its name and by the path of its entry in the folder. */
export interface SourceEntry {
  readonly name: string;
  readonly entry: string;
}

/** Options of {@linkcode readJointSources}. */
export interface JointSourcesOptions {
  readonly functionsDirectory: string;
  readonly functions: readonly SourceEntry[];
  /**
   * Returns the relative imports in the text of a module; `undefined` if a function with this module
   * can't be checked with others.
   */
  readonly importsOf: (text: string) => readonly string[] | undefined;
}

/** Sources of functions that can be checked together. */
export interface JointSources {
  readonly functions: readonly SourceEntry[];
  /** Texts by their paths relative to the functions directory. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Maximum size of one module, and of all modules of one function. */
const MAX_BYTES = 256 * 1024;

/** Maximum number of modules of one function. */
const MAX_MODULES = 32;

/** Entries of a folder that change how Deno resolves or checks modules below it. */
const CONFIGURING: readonly string[] = [
  ...COMMON_FILES,
  ...["package.json", "tsconfig.json", "jsconfig.json", "node_modules", "vendor"],
  ...[LOCK_FILE, NPMRC_FILE],
];

/**
 * Reads the modules of functions without a configuration of their own, as far as their texts name
 * them. Leaves out each function that has a link, a large or unreadable file, or a file that another
 * user may not read, because its check could have another result than one that sees the texts.
 */
export async function readJointSources(options: JointSourcesOptions): Promise<JointSources> {
  const { functionsDirectory } = options;
  using stack = new DisposableStack();
  const shared = stack.use(await openFolder(functionsDirectory, SHARED_DIRECTORY) ?? NO_FOLDER);
  const texts = new Map<string, string>();
  const functions: SourceEntry[] = [];
  for (const one of options.functions) {
    using own = await openFolder(functionsDirectory, one.name) ?? NO_FOLDER;
    const found = await readOne(one, { own, shared, importsOf: options.importsOf });
    if (found === undefined) continue;
    functions.push(one);
    for (const [path, text] of found) texts.set(path, text);
  }
  return { functions, texts };
}

async function readOne(
  { name, entry }: SourceEntry,
  { own, shared, importsOf }: Pick<JointSourcesOptions, "importsOf"> & {
    readonly own: SourceFolder;
    readonly shared: SourceFolder;
  },
): Promise<ReadonlyMap<string, string> | undefined> {
  const found = new Map<string, string>();
  const paths = new Set([join(name, entry)]);
  let left = MAX_BYTES;
  for (const path of paths) {
    if (paths.size > MAX_MODULES) return undefined;
    const folder = [own, shared].find((one) => path.startsWith(`${one.name}/`));
    const bytes = await folder?.read(path.slice(folder.name.length + 1), left);
    const text = bytes && decode(bytes);
    const imports = text === undefined ? undefined : importsOf(text);
    if (imports === undefined) return undefined;
    left -= bytes!.length;
    found.set(path, text!);
    for (const specifier of imports) paths.add(join(dirname(path), specifier));
  }
  return found;
}

/** A folder whose modules can be read. */
interface SourceFolder extends Disposable {
  readonly name: string;
  /** Returns a module of at most `maxBytes`; `undefined` if it can't be checked with others. */
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array | undefined>;
}

const NO_FOLDER: SourceFolder = {
  name: "\0",
  read: () => Promise.resolve(undefined),
  [Symbol.dispose]() {},
};

async function openFolder(
  functionsDirectory: string,
  name: string,
): Promise<SourceFolder | undefined> {
  const root = join(functionsDirectory, name);
  const folder = await holdFolder(root).catch(() => undefined);
  if (folder === undefined) return undefined;
  /** Directories in which modules may be checked with others, so that each is looked at once. */
  const isPlain = new Map<string, Promise<boolean>>();
  const requirePlain = (directory: string): Promise<boolean> => {
    const known = isPlain.get(directory) ?? isPlainDirectory(folder, join(root, directory));
    isPlain.set(directory, known);
    return known;
  };
  return {
    name,
    async read(path, maxBytes) {
      const directories = ["."];
      for (let place = dirname(path); place !== "."; place = dirname(place)) {
        directories.push(place);
      }
      try {
        const all = await Promise.all(directories.map(requirePlain));
        return all.includes(false) ? undefined : await readPlain(folder, { root, path, maxBytes });
      } catch {
        // The function's own check says what is wrong.
        return undefined;
      }
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

async function isPlainDirectory(folder: HeldFolder, directory: string): Promise<boolean> {
  const [own, ...others] = await Promise.all(
    [directory, ...CONFIGURING.map((name) => join(directory, name))].map(folder.look),
  );
  return own !== undefined && isOpenToOthers(own.stats.mode, 0o001) &&
    others.every((look) => look === undefined);
}

async function readPlain(
  folder: HeldFolder,
  { root, path, maxBytes }: {
    readonly root: string;
    readonly path: string;
    readonly maxBytes: number;
  },
): Promise<Uint8Array | undefined> {
  const opened = await folder.open(join(root, path));
  if (opened.type !== "file") return undefined;
  await using file = opened.file;
  // A link leads to another place.
  if (opened.place !== path || !isOpenToOthers(opened.look.mode, 0o004)) return undefined;
  const bytes = new Uint8Array(maxBytes + 1);
  const length = await readFully(file, bytes);
  return length > maxBytes ? undefined : bytes.subarray(0, length);
}

/** Root may read what the user of a check may not. */
function isOpenToOthers(mode: number, right: number): boolean {
  return Deno.uid() !== 0 || (mode & right) !== 0;
}

/** Returns the text that has exactly these bytes; `undefined` if they are not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
