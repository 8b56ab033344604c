import assert from "node:assert/strict";
import { mergeLayers, originsOf, type VariableLayer } from "../../lib/function/variable_layers.ts";

const layers: readonly VariableLayer[] = [
  { source: "settings", env: { C: "settings", B: "settings" } },
  { source: "dotEnv", env: { B: "own", A: "own" } },
  { source: "set", env: { B: "set" } },
];

Deno.test("mergeLayers() lets later sources win", () => {
  assert.deepEqual(mergeLayers(layers), { C: "settings", B: "set", A: "own" });
});

Deno.test("originsOf() returns sources and overridden sources without values", () => {
  assert.deepEqual(originsOf(layers), [
    { name: "A", source: "dotEnv", overrides: [] },
    { name: "B", source: "set", overrides: ["settings", "dotEnv"] },
    { name: "C", source: "settings", overrides: [] },
  ]);
});
