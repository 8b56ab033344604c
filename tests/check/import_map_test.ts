import assert from "node:assert/strict";
import { findImportMap, readImportMapHosts } from "../../lib/check/import_map.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const choices: readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  expected: string | undefined,
][] = [
  ["undefined without an import map", {}, undefined],
  ["the common import map", { "import_map.json": "{}" }, "import_map.json"],
  [
    "the function's import map",
    { "import_map.json": "{}", "a/import_map.json": "{}" },
    "a/import_map.json",
  ],
  ["undefined if deno.json maps imports", {
    "import_map.json": "{}",
    "a/deno.json": '{ "imports": {} }',
  }, undefined],
  ["undefined if deno.jsonc names a map", {
    "import_map.json": "{}",
    "a/deno.jsonc": '{ // here\n "importMap": "x.json", }',
  }, undefined],
  ["the common import map if deno.json does not map", {
    "import_map.json": "{}",
    "a/deno.json": '{ "fmt": {} }',
  }, "import_map.json"],
  ["the common import map if deno.json is invalid", {
    "import_map.json": "{}",
    "a/deno.json": "nonsense",
  }, "import_map.json"],
  ["the function's import map even if deno.json maps imports", {
    "a/import_map.json": "{}",
    "a/deno.json": '{ "imports": {} }',
  }, "a/import_map.json"],
  ["undefined for another function's import map", { "b/import_map.json": "{}" }, undefined],
];

for (const [what, files, expected] of choices) {
  Deno.test(`findImportMap() returns ${what}`, async () => {
    await using directory = await temporaryDirectory();
    for (const [name, text] of Object.entries(files)) await directory.write(name, text);
    assert.equal(
      await findImportMap(directory.path, "a"),
      expected === undefined ? undefined : directory.at(expected),
    );
  });
}

const hosts: readonly [map: string | undefined, hosts: readonly string[]][] = [
  [undefined, []],
  ["nonsense", []],
  ["[]", []],
  ["{}", []],
  ['{ "imports": null, "scopes": null }', []],
  ['{ "imports": { "a": "https://a.example/x.ts", "b": "http://b.example:8080/" } }', [
    "a.example:443",
    "b.example:8080",
  ]],
  ['{ "imports": { "a": "http://a.example/", "b": "http://a.example/2" } }', ["a.example:80"]],
  ['{ "imports": { "a": "./x.ts", "b": "npm:x@1", "c": 5, "d": "https://[" } }', []],
  ['{ "scopes": { "./a/": { "x": "https://s.example/" }, "./b/": null } }', ["s.example:443"]],
];

for (const [map, expected] of hosts) {
  Deno.test(`readImportMapHosts() of ${map}`, async () => {
    await using directory = await temporaryDirectory();
    if (map !== undefined) await directory.write("import_map.json", map);
    await directory.write("a/import_map.json", '{ "imports": { "x": "https://own.example/" } }');
    assert.deepEqual(await readImportMapHosts(directory.path), expected);
  });
}

Deno.test("findImportMap() refuses a deno.json that is nested too deeply", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("a/deno.json", '{"a":'.repeat(200_000));
  await assert.rejects(findImportMap(directory.path, "a"), {
    name: "ConfigError",
    message: `${path}:1:321 is nested deeper than 64 levels. Make it flatter`,
  });
});
