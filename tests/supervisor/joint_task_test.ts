import assert from "node:assert/strict";
import { jointTask, type JointTaskOptions } from "../../lib/supervisor/joint_task.ts";
import type { ModuleOptions } from "../../lib/sandbox/deno_command.ts";

const PLAIN: ModuleOptions = {
  entry: "index.ts",
  importMap: undefined,
  allowImport: [],
  nodeModules: "none",
};

function taskOf(module: Partial<ModuleOptions>, more: Partial<JointTaskOptions> = {}) {
  return jointTask({
    name: "a",
    check: "auto",
    moduleOptions: { ...PLAIN, ...module },
    functionsDirectory: "/f",
    checkTogether: () => Promise.resolve(new Map()),
    ...more,
  });
}

Deno.test("jointTask() joins functions with the same Deno and import map", () => {
  const importMap = "/f/import_map.json";
  const deno = { path: "/deno", version: "2.9.6" };
  const keys = [{}, { entry: "src/main.mts" }, { importMap }, { deno }].map((module) =>
    taskOf(module)?.key
  );
  assert.equal(keys[0], keys[1]);
  assert.equal(new Set(keys).size, 3);
  assert.equal(keys.includes(undefined), false);
});

const ALONE:
  readonly (readonly [what: string, Partial<ModuleOptions>, Partial<JointTaskOptions>?])[] = [
    ["JavaScript", { entry: "index.js" }],
    ["JSX", { entry: "index.tsx" }],
    ["declarations", { entry: "index.d.ts" }],
    ["static files", { entry: "index.html" }],
    ["an import map of its own", { importMap: "/f/a/import_map.json" }],
    ["node_modules", { nodeModules: "manual" }],
    ["packages", { install: { places: [], digest: "" } }],
    ["vendored modules", { isVendored: true }],
    ["a lock file", { ownLock: "/f/a/deno.lock" }],
    ["no type check", {}, { check: "graph" }],
    ["a level that can't join checks", {}, { checkTogether: undefined }],
  ];

for (const [what, module, more] of ALONE) {
  Deno.test(`jointTask() checks a function with ${what} alone`, () => {
    assert.equal(taskOf(module, more), undefined);
  });
}
