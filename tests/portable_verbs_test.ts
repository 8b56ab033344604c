import assert from "node:assert/strict";

/** Verbs that work on Linux, macOS and Windows, by their modules. */
const ENTRIES = [
  "cli/main.ts",
  "cli/run_program.ts",
  "cli/run_quick.ts",
  "cli/commands/check.ts",
  "cli/commands/deploy.ts",
  "cli/commands/dev.ts",
  "cli/commands/env.ts",
  "cli/commands/init.ts",
  "cli/commands/logs.ts",
];

/** Rooms whose modules need Linux, whatever they name. */
const LINUX_ROOMS = ["lib/disk/", "lib/isolation/", "lib/namespace/", "lib/owner/"];

/** Paths and programs that only Linux has. */
const LINUX_WORDS =
  /\/proc\/|\/sys\/|["'`]\/dev\/|["'`](?:ip|nft|bwrap|nsenter|unshare|setpriv|mount)["'`]|dlopen/;

/** Modules that name them, and do without. The reasons are for readers. */
const PORTS: Readonly<Record<string, string>> = {
  "cli/output/stdout_watch.ts": "asks poll(2) only on Linux",
  "lib/system/children.ts": "a missing file below /proc is empty, so there are no children",
  "lib/system/directory_reader.ts": "reads a whole directory at once on other systems",
  "lib/system/held_link.ts": "only reads links that are held by a descriptor below /proc",
  "lib/system/held_path.ts": "without /proc, a file is held by its name",
  "lib/system/keep_alive.ts": "sets nothing on other systems",
  "lib/system/kill_with_children.ts": "kills only the process itself on Windows",
  "lib/system/linux_files.ts": "loads the C library only on Linux",
  "lib/system/process_figures.ts": "a missing file below /proc is an ended process",
  "lib/system/process_tree.ts": "without /proc, there are no figures",
};

const root = new URL("..", import.meta.url);

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
}

/** Returns the paths of all modules that run when an entry is imported, and who imports each. */
async function readModules(entry: string): Promise<Map<string, string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const imports = new Map(modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.filter(({ isDynamic }) => isDynamic !== true)
      .map(({ code }) => code?.specifier ?? ""),
  ]));
  const found = new Map([[new URL(entry, root).href, "the entry"]]);
  for (const specifier of found.keys()) {
    for (const next of imports.get(specifier) ?? []) {
      if (next.startsWith(root.href) && !found.has(next)) found.set(next, specifier);
    }
  }
  return new Map(
    [...found].map(([to, from]) => [to, from].map((one) => one.replace(root.href, "")))
      .map(([to, from]) => [to!, from!]),
  );
}

/** Returns true for a module that needs Linux, by its path and its text. */
function needsLinux(path: string, text: string): boolean {
  if (LINUX_ROOMS.some((room) => path.startsWith(room))) return true;
  return LINUX_WORDS.test(withoutComments(text)) && PORTS[path] === undefined;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}

for (const entry of ENTRIES) {
  Deno.test(`${entry} imports no module that needs Linux`, async () => {
    const modules = await readModules(entry);
    const refused: string[] = [];
    for (const [path, from] of modules) {
      const text = await Deno.readTextFile(new URL(path, root));
      if (needsLinux(path, text)) refused.push(`${path} (imported by ${from})`);
    }
    assert.deepEqual(refused, []);
    // All but the first of the command line have modules of their own.
    assert.ok(modules.size > 3, `only ${modules.size} modules were found`);
  });
}

Deno.test("needsLinux() finds a room, a path and a program, and no comment", () => {
  const cases: readonly [string, string, boolean][] = [
    ["lib/namespace/veth.ts", "", true],
    ["lib/system/a.ts", 'readFile("/proc/self/stat")', true],
    ["lib/system/a.ts", 'run(["ip", "link"])', true],
    ["lib/system/a.ts", 'Deno.dlopen("libc.so.6", {})', true],
    ["lib/system/a.ts", '// as in /proc/self/stat\n/* bwrap, "ip" */', false],
    ["lib/system/held_path.ts", 'readFile("/proc/self/fd")', false],
  ];
  for (const [path, text, expected] of cases) assert.equal(needsLinux(path, text), expected, text);
});

Deno.test("every port is still a module that names what only Linux has", async () => {
  for (const path of Object.keys(PORTS)) {
    const text = withoutComments(await Deno.readTextFile(new URL(path, root)));
    assert.match(text, LINUX_WORDS, path);
  }
});
