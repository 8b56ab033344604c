import assert from "node:assert/strict";
import { readJointGraph } from "../../lib/check/joint_graph.ts";

const ROOT = "/f/.ddsrv-joint.ts";

const ENTRIES = ["a", "b"].map((name) => ({ name, entry: `/f/${name}/index.ts` }));

interface Module {
  readonly kind?: string;
  readonly error?: string;
  readonly mediaType?: string;
  readonly imports?: readonly string[];
}

/** The part of functions in a graph of `a` and `b`, to which `more` adds modules by specifier. */
function partsOf(
  more: Readonly<Record<string, Module>>,
  root: readonly string[] = ENTRIES.map(({ entry }) => `file://${entry}`),
) {
  const all: Readonly<Record<string, Module>> = {
    [`file://${ROOT}`]: { imports: root },
    "file:///f/a/index.ts": {},
    "file:///f/b/index.ts": {},
    ...more,
  };
  const modules = Object.entries(all).map(([specifier, { imports = [], ...module }]) => ({
    specifier,
    ...module.error === undefined && module.kind === undefined
      ? { kind: "esm", mediaType: "TypeScript" }
      : {},
    ...module,
    dependencies: imports.map((one) => ({ code: { specifier: one } })),
  }));
  const found = readJointGraph(JSON.stringify({ modules }), {
    root: ROOT,
    entries: ENTRIES,
    isOwn: (name, path) => path.startsWith(`/f/${name}/`) || path.startsWith("/f/_shared/"),
  });
  return found.map(({ modules, usesNode }) => `${modules.join(" ")}${usesNode ? " node" : ""}`);
}

const B = "/f/b/index.ts";

Deno.test("readJointGraph() gives each function its own modules", () => {
  const parts = partsOf({
    "file:///f/a/index.ts": { imports: ["file:///f/_shared/s.ts", "file:///f/a/l.ts", "node:fs"] },
    "file:///f/a/l.ts": { imports: ["file:///f/a/index.ts"] },
    "file:///f/_shared/s.ts": {},
    "node:fs": { kind: "node" },
  });
  assert.deepEqual(parts, ["/f/_shared/s.ts /f/a/index.ts /f/a/l.ts node", B]);
});

const LEFT_OUT: readonly (readonly [what: string, imported: string, module?: Module])[] = [
  ["a missing module", "file:///f/a/x.ts", { error: "Module not found" }],
  ["a module that is not in the graph", "file:///f/a/x.ts"],
  ["a module of another function", `file://${B}`, {}],
  ["the root", `file://${ROOT}`, { imports: ENTRIES.map(({ entry }) => `file://${entry}`) }],
  ["a file elsewhere", "file:///etc/x.ts", {}],
  ["JavaScript", "file:///f/a/x.js", { mediaType: "JavaScript" }],
  ["declarations", "file:///f/a/x.d.ts", { mediaType: "Dts" }],
  ["a remote module", "https://registry.test/x.ts", {}],
  ["a package", "npm:x@1", { kind: "npm" }],
];

for (const [what, imported, module] of LEFT_OUT) {
  Deno.test(`readJointGraph() leaves out a function that imports ${what}`, () => {
    const parts = partsOf({
      ...module === undefined ? {} : { [imported]: module },
      "file:///f/a/index.ts": { imports: [imported] },
    });
    assert.deepEqual(parts, [B]);
  });
}

Deno.test("readJointGraph() leaves out a function with an import that can't be resolved", () => {
  const dependencies = [{ specifier: "x" }];
  const modules = [
    {
      specifier: `file://${ROOT}`,
      dependencies: [{ code: { specifier: `file://${B}` } }],
    },
    { specifier: `file://${B}`, kind: "esm", mediaType: "TypeScript", dependencies },
  ];
  const options = { root: ROOT, entries: ENTRIES.slice(1), isOwn: () => true };
  assert.deepEqual(readJointGraph(JSON.stringify({ modules }), options), []);
});

Deno.test("readJointGraph() returns nothing if an import map leads the root elsewhere", () => {
  assert.deepEqual(partsOf({}, ["file:///f/a/index.ts", "file:///f/a/index.ts"]), []);
  assert.deepEqual(partsOf({}, [`file://${B}`, "file:///f/a/index.ts"]), []);
  assert.deepEqual(partsOf({}, []), []);
});

Deno.test("readJointGraph() returns nothing for a text that is not a graph", () => {
  const options = { root: ROOT, entries: ENTRIES, isOwn: () => true };
  for (const text of ["", "{", "null", "{}"]) assert.deepEqual(readJointGraph(text, options), []);
});
