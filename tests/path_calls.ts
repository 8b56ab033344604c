/** A source file, a call in it that takes a path, and the number of such calls. */
export interface PathCalls {
  readonly file: string;
  readonly call: string;
  readonly count: number;
}

/** Deno functions that take a path, each with and without `Sync`. */
const DENO_CALLS = [
  ...["chdir", "chmod", "chown", "connect", "copyFile", "create", "dlopen", "link", "listen"],
  ...["lstat", "makeTempDir", "makeTempFile", "mkdir", "open", "readDir", "readFile", "readLink"],
  ...["readTextFile", "realPath", "remove", "rename", "stat", "symlink", "truncate", "utime"],
  ...["watchFs", "writeFile", "writeTextFile"],
];

/** Our own functions that take a path and use it by name. */
const OWN_CALLS = [
  ...[
    "acquireLockFile",
    "clearSocket",
    "connectEndpoint",
    "copyTree",
    "discardModuleCache",
    "holdDirectory",
  ],
  ...["holdPath", "openDirectory", "openNamedFile", "openPrivateDirectory", "readDiskUsage"],
  ...[
    "readOptionalTextFile",
    "readProcFile",
    "readProcFileSync",
    "readSuperblock",
    "removeEntry",
    "removeIfThere",
  ],
  ...["replaceFolder", "writeWholeFile"],
];

const DENO_CALL = new RegExp(`\\bDeno\\.(${DENO_CALLS.join("|")})(Sync)?\\b`, "g");
const OWN_CALL = new RegExp(`(?<!function )\\b(${OWN_CALLS.join("|")})\\b`, "g");
const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g;
const IMPORT = /^import[\s\S]*?from "([^"]+)";$/gm;

/**
 * Returns the calls in a TypeScript text that take a path: of Deno, of our own functions that use a
 * path by name, and of imports from `node:fs`.
 */
export function findPathCalls(file: string, text: string): PathCalls[] {
  const code = text.replace(COMMENT, "").replace(IMPORT, "");
  const names = [
    ...Array.from(code.matchAll(DENO_CALL), ([name]) => name),
    ...Array.from(code.matchAll(OWN_CALL), ([name]) => name),
    ...importedFromNode(text).flatMap((name) =>
      Array.from(code.matchAll(callOf(name)), () => name)
    ),
  ];
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([call, { length }]) => ({ file, call, count: length }))
    .sort((a, b) => a.call < b.call ? -1 : 1);
}

/** Matches a call, or the function passed to another one; not a method of that name. */
function callOf(name: string): RegExp {
  return new RegExp(`(?<![.\\w])(?<!async )${name}\\(|(?<=\\()${name}\\)`, "g");
}

/** Returns imported functions of `node:fs` that take a path, not those that take a descriptor. */
function importedFromNode(text: string): string[] {
  return Array.from(text.matchAll(IMPORT))
    .filter(([, from]) => from === "node:fs" || from === "node:fs/promises")
    .flatMap(([statement]) => statement.slice(0, statement.lastIndexOf("}")).match(/\w+/g) ?? [])
    .filter((name) => /^(?!f)[a-z]/.test(name) && !DESCRIPTOR_CALLS.has(name));
}

const DESCRIPTOR_CALLS = new Set(["closeSync", "constants", "import", "readSync", "type"])
  .union(new Set(["writeSync"]));
