import assert from "node:assert/strict";

/** The floors of the house, the highest first; an import goes down only. */
const FLOORS: readonly (readonly string[])[] = [
  ["cli"],
  ["lib/control"],
  ["lib/supervisor"],
  ["lib/isolation"],
  // Neighbours, which never import each other.
  ["lib/check", "lib/logs"],
  ["lib/namespace", "lib/sandbox", "lib/disk", "lib/process", "lib/proxy"],
  ["lib/function"],
  ["lib/config", "lib/owner"],
  ["lib/system"],
];

const root = new URL("..", import.meta.url);

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
  }[];
}

/** Every import of our own code from our own code, as paths below the root. */
async function readImports(): Promise<(readonly [string, string])[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "cli/program.ts"],
    cwd: root,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  return modules.flatMap((module) =>
    (module.dependencies ?? []).map((one) => [module.specifier, one.code?.specifier ?? ""] as const)
  ).filter((pair) => pair.every((specifier) => specifier.startsWith(root.href)))
    .map(([from, to]) => [from.slice(root.href.length), to.slice(root.href.length)] as const);
}

function floorOf(path: string): number {
  return FLOORS.findIndex((rooms) => rooms.some((room) => path.startsWith(`${room}/`)));
}

function roomOf(path: string): string {
  return FLOORS.flat().find((room) => path.startsWith(`${room}/`)) ?? path;
}

Deno.test("architecture: an import goes down only", async () => {
  const imports = await readImports();
  assert.ok(imports.length > 150, `only ${imports.length} imports were found`);
  const wrong = imports.filter(([from, to]) => {
    if (to.endsWith("deno.json") || roomOf(from) === roomOf(to)) return false;
    return floorOf(from) >= floorOf(to) || floorOf(to) === -1;
  });
  assert.deepEqual(wrong, []);
});

Deno.test("architecture: no module imports itself by a circle", async () => {
  const next = new Map<string, string[]>();
  for (const [from, to] of await readImports()) next.set(from, [...next.get(from) ?? [], to]);
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(path), `circle: ${[...trail, path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) visit(path, []);
});
