import assert from "node:assert/strict";

/**
 * Modules' rooms by floor, the highest first. A path belongs to the room with the longest matching
 * name: `cli` has only the files directly in it, `lib/proxy` includes the TLS listener.
 */
const FLOORS: readonly (readonly string[])[] = [
  ["cli/main.ts", "cli/setup.ts", "cli/generate/main.ts"],
  ["cli/run_program.ts", "cli/run_quick.ts"],
  ["cli/program.ts"],
  ["cli/tree"],
  ["cli/commands"],
  ["cli/generate", "cli/service", "cli/top"],
  ["cli/output"],
  ["cli"],
  ["lib/ui"],
  ["lib/control", "lib/dev"],
  ["lib/supervisor"],
  ["lib/history", "lib/schedules"],
  ["lib/isolation"],
  ["lib/check", "lib/logs"],
  ["lib/disk", "lib/namespace", "lib/process", "lib/proxy", "lib/sandbox"],
  ["lib/proxy/http1"],
  ["lib/function"],
  ["lib/config", "lib/kv", "lib/owner"],
  ["lib/system"],
];

const ROOMS = FLOORS.flat();

const ENTRIES = ["cli/main.ts", "cli/setup.ts", "cli/generate/main.ts"];

const root = new URL("..", import.meta.url);

type Import = readonly [from: string, to: string];

interface Target {
  readonly specifier?: string;
}

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    /** `code` is the imported module, `type` the module of an `import type`. */
    readonly dependencies?: readonly { readonly code?: Target; readonly type?: Target }[];
  }[];
}

/** Returns all imports between our own modules, including types, as paths below the root. */
async function readImports(entry: string): Promise<Import[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: root,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  return modules.flatMap(({ specifier: from, dependencies = [] }) =>
    dependencies.flatMap(({ code, type }) => [code, type])
      .map((target) => [from, target?.specifier ?? ""] as const)
  ).filter((pair) => pair.every((specifier) => specifier.startsWith(root.href)))
    .map(([from, to]) => [from.slice(root.href.length), to.slice(root.href.length)] as const)
    .filter(([, to]) => /\.tsx?$/.test(to));
}

async function readAllImports(): Promise<Import[]> {
  const all = (await Promise.all(ENTRIES.map(readImports))).flat();
  return [...new Map(all.map((pair) => [pair.join("\0"), pair])).values()];
}

function roomOf(path: string): string | undefined {
  const names = ROOMS.filter((room) => path === room || path.startsWith(`${room}/`));
  return names.sort((a, b) => b.length - a.length)[0];
}

function floorOf(room: string | undefined): number {
  return FLOORS.findIndex((rooms) => rooms.some((one) => one === room));
}

/** Returns imports that neither go to a lower floor nor stay in their room. */
function wrongImports(imports: readonly Import[]): Import[] {
  return imports.filter(([from, to]) => {
    const [own, other] = [roomOf(from), roomOf(to)];
    if (own === undefined || other === undefined) return true;
    return own !== other && floorOf(own) >= floorOf(other);
  });
}

/** Returns the first import cycle found, as `a -> b -> a`. */
function findCircle(imports: readonly Import[]): string | undefined {
  const next = Map.groupBy(imports, ([from]) => from);
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(" -> ");
    if (done.has(path)) return undefined;
    for (const [, to] of next.get(path) ?? []) {
      const circle = visit(to, [...trail, path]);
      if (circle !== undefined) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of next.keys()) {
    const circle = visit(path, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

async function directoriesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(path, root)));
  return entries.filter((entry) => entry.isDirectory).map((entry) => `${path}${entry.name}`).sort();
}

const imports = await readAllImports();

Deno.test("architecture: every directory of cli and lib is a room", async () => {
  const directories = [...await directoriesIn("cli/"), ...await directoriesIn("lib/")];
  assert.deepEqual(directories.filter((directory) => !ROOMS.includes(directory)), []);
});

Deno.test("architecture: imports, of types too, go down only", () => {
  assert.ok(imports.length > 1_000, `only ${imports.length} imports were found`);
  assert.deepEqual(wrongImports(imports), []);
});

Deno.test("architecture: no circular imports, of types either", () => {
  assert.equal(findCircle(imports), undefined);
});

Deno.test("wrongImports() finds an import up, and one of a neighbour", () => {
  const pairs: readonly Import[] = [
    ["cli/output/a.ts", "cli/commands/b.ts"],
    ["cli/top/a.ts", "cli/service/b.ts"],
    ["lib/proxy/http1/a.ts", "lib/proxy/b.ts"],
    ["lib/attic/a.ts", "lib/system/b.ts"],
  ];
  const fine: readonly Import[] = [
    ["cli/commands/a.ts", "cli/output/b.ts"],
    ["lib/proxy/tls/a.ts", "lib/proxy/b.ts"],
    ["lib/proxy/a.ts", "lib/proxy/http1/b.ts"],
  ];
  assert.deepEqual(wrongImports([...pairs, ...fine]), pairs);
});

Deno.test("findCircle() names the modules of a circle", () => {
  assert.equal(
    findCircle([["a", "b"], ["b", "c"], ["c", "b"], ["a", "d"]]),
    "b -> c -> b",
  );
});
