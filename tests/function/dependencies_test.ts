import assert from "node:assert/strict";
import {
  chooseDependencies,
  type DependencyFacts,
  linkedDirectories,
  memberPatterns,
} from "../../lib/function/dependencies.ts";

const EMPTY: DependencyFacts = {
  denoJson: undefined,
  packageJson: undefined,
  hasNodeModules: false,
  hasVendor: false,
  linksPackage: false,
};

const withMs = { dependencies: { ms: "2.1.3" } };

const rows: readonly [
  name: string,
  facts: Partial<DependencyFacts>,
  expected: "none" | "manual" | "installed",
][] = [
  ["no configuration", {}, "none"],
  ["only imports", { denoJson: { imports: { ms: "npm:ms" } } }, "none"],
  ["package.json without packages", { packageJson: { main: "index.js" } }, "none"],
  ["package.json with empty lists", { packageJson: { dependencies: {} } }, "none"],
  ["package.json", { packageJson: withMs }, "installed"],
  ["development packages", { packageJson: { devDependencies: { ms: "1" } } }, "installed"],
  ["optional packages", { packageJson: { optionalDependencies: { ms: "1" } } }, "installed"],
  ["npm workspaces", { packageJson: { workspaces: ["apps/*"] } }, "installed"],
  ["yarn workspaces", { packageJson: { workspaces: { packages: ["a"] } } }, "installed"],
  ["empty workspaces", { packageJson: { workspaces: [] } }, "none"],
  ["auto", { denoJson: { nodeModulesDir: "auto" } }, "installed"],
  ["auto, the old way", { denoJson: { nodeModulesDir: true } }, "installed"],
  ["manual without node_modules", { denoJson: { nodeModulesDir: "manual" } }, "installed"],
  ["none", { denoJson: { nodeModulesDir: "none" }, packageJson: withMs }, "none"],
  ["none, the old way", { denoJson: { nodeModulesDir: false }, packageJson: withMs }, "none"],
  ["an unknown mode", { denoJson: { nodeModulesDir: ["auto"] } }, "none"],
  ["a linked package", { linksPackage: true }, "installed"],
  ["node_modules", { hasNodeModules: true, packageJson: withMs }, "manual"],
  [
    "node_modules and auto",
    { hasNodeModules: true, denoJson: { nodeModulesDir: "auto" } },
    "manual",
  ],
  ["files that are no objects", { denoJson: [1], packageJson: "x" }, "none"],
  ["inherited names", { packageJson: Object.create(withMs) }, "none"],
];

for (const [name, facts, expected] of rows) {
  Deno.test(`chooseDependencies() chooses ${expected} for ${name}`, () => {
    const { nodeModules, isInstalled } = chooseDependencies({ ...EMPTY, ...facts });
    assert.equal(isInstalled ? "installed" : nodeModules, expected);
  });
}

Deno.test("chooseDependencies() uses vendor only if both folder and deno.json have it", () => {
  const isVendored = (facts: Partial<DependencyFacts>): boolean =>
    chooseDependencies({ ...EMPTY, ...facts }).isVendored;
  assert.ok(isVendored({ hasVendor: true, denoJson: { vendor: true } }));
  assert.ok(!isVendored({ hasVendor: true }));
  assert.ok(!isVendored({ hasVendor: true, denoJson: { vendor: "yes" } }));
  assert.ok(!isVendored({ denoJson: { vendor: true } }));
});

Deno.test("linkedDirectories() leaves out directories outside the folder", () => {
  const links = ["./tools", "a/../b", "..", "../x", "a/../../x", "/etc", "a\0b", 1];
  assert.deepEqual(linkedDirectories({ links }), ["tools", "b"]);
  assert.deepEqual(linkedDirectories({ links: "tools" }), []);
});

Deno.test("memberPatterns() covers the members of both kinds of workspace", () => {
  const packageJson = { workspaces: ["./apps/*", "../out", "/abs", "a/../../b", 1] };
  const found = memberPatterns({ packageJson, denoJson: { workspace: { members: ["lib"] } } });
  assert.deepEqual(found.filter((one) => one.endsWith("package.json")), [
    "apps/*/package.json",
    "lib/package.json",
  ]);
  assert.deepEqual(memberPatterns({ packageJson: { workspaces: "a" }, denoJson: null }), []);
});
