import assert from "node:assert/strict";
import { directorySchema, FUNCTION_KEYS, settingsIn } from "../../lib/config/file_schema.ts";
import { unmatchedPatterns } from "../../lib/config/grants.ts";
import { parseJsonFile } from "../../lib/config/json_file.ts";
import { defaultPermissions, withPermissions } from "../../lib/config/permissions.ts";
import { completeSettings, type Settings } from "../../lib/config/settings.ts";
import { type FunctionSettings, settingsFor } from "../../lib/config/settings_for.ts";

/** Returns the settings that a `ddsrv.json` of the functions directory gives. */
function read(file: object): Settings {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  const given = parseJsonFile({ path: "f", text, schema: directorySchema, isTrusted: true });
  return completeSettings({ functionsDirectory: "/f", ...settingsIn(given) });
}

function own(file: object, name: string): FunctionSettings {
  return settingsFor(read(file), name);
}

const MEBIBYTE = 1024 ** 2;

Deno.test("settingsFor() returns the settings of all functions without an entry", () => {
  const settings = read({ memory: "256MiB", functions: { other: { memory: "64MiB" } } });
  assert.deepEqual(settingsFor(settings, "a"), {
    ...settings,
    functionName: "a",
    grants: [],
    grantedEnv: {},
    grantedEnvFiles: [],
  });
});

Deno.test("settingsFor() raises and lowers limits, and the start timeout", () => {
  const file = {
    memory: "256MiB",
    startTimeout: "10s",
    functions: {
      img: { memory: "2GiB", startTimeout: "2m", egress: "full", cpu: 0.5, check: "none" },
    },
  };
  const { memoryBytes, startTimeoutMs, egress, cpu, check } = own(file, "img");
  assert.deepEqual([memoryBytes, startTimeoutMs, egress, cpu, check], [
    2048 * MEBIBYTE,
    120_000,
    "full",
    0.5,
    "none",
  ]);
});

Deno.test("settingsFor() takes each key from the most specific entry that has it", () => {
  const functions = {
    "api-users": { idle: "1m" },
    "api-*": { memory: "128MiB", cpu: 1, idle: "2m" },
    "*": { memory: "64MiB", cpu: 2, idle: "3m", processes: 100 },
    // As specific as api-*, and later.
    "*user*": { cpu: 3 },
  };
  const { idleMs, memoryBytes, cpu, processes } = own({ functions }, "api-users");
  assert.deepEqual([idleMs, memoryBytes, cpu, processes], [60_000, 128 * MEBIBYTE, 3, 100]);
  const other = own({ functions }, "shop");
  assert.deepEqual([other.idleMs, other.memoryBytes, other.cpu], [180_000, 64 * MEBIBYTE, 2]);
});

Deno.test("settingsFor() merges permissions one by one, and variables by name", () => {
  const file = {
    env: { A: "all" },
    permissions: { sys: false },
    functions: {
      "i*": { permissions: { ffi: true, run: ["sh"] }, env: { A: "pattern", B: "pattern" } },
      img: { permissions: { run: false }, env: { B: "name" } },
      open: { permissions: "all" },
    },
  };
  const { permissions, env, grantedEnv } = own(file, "img");
  assert.deepEqual(permissions, { ...defaultPermissions, sys: false, ffi: true, run: false });
  assert.deepEqual([env, grantedEnv], [{ A: "all" }, { A: "pattern", B: "name" }]);
  const all = withPermissions(defaultPermissions, "all");
  assert.deepEqual(own(file, "open").permissions, all);
});

Deno.test("settingsFor() gives a rate limit to the function alone", () => {
  const file = { rateLimit: "100/s", functions: { a: { rateLimit: "5/s" } } };
  assert.deepEqual(own(file, "a").rateLimit, { count: 5, periodMs: 1_000, burst: 5 });
  assert.equal(own(file, "b").rateLimit, "none");
});

Deno.test("settingsFor() opens no network without root", () => {
  const settings = { ...read({ functions: { a: { egress: "full" } } }), isolation: "rootless" };
  assert.equal(settingsFor(settings as Settings, "a").egress, "none");
});

Deno.test("settingsFor() resolves env files in the functions directory", () => {
  const functions = { "*": { envFile: "all.env" }, a: { envFile: "/etc/a.env" } };
  assert.deepEqual(own({ functions }, "a").grantedEnvFiles, ["/f/all.env", "/etc/a.env"]);
});

Deno.test("an entry may have every key of a manifest", () => {
  const values: Readonly<Record<string, unknown>> = {
    env: { A: "1" },
    egress: "none",
    permissions: { ffi: true },
    rateLimit: "1/s",
    bandwidth: "1mbit",
  };
  for (const { key, entry: { setting } } of FUNCTION_KEYS) {
    const { kind, default: value } = setting;
    const written = values[key] ?? kind.write(value) ?? kind.choices?.[0];
    if (written === undefined) continue;
    assert.equal(read({ functions: { a: { [key]: written } } }).functions.length, 1, key);
  }
});

Deno.test("names of entries that JavaScript treats in its own way are names", () => {
  const functions = { b: { cpu: 1 }, "1": { cpu: 2 }, constructor: { cpu: 3 }, "0*": { cpu: 4 } };
  assert.deepEqual(
    ["b", "1", "constructor", "01", "toString"].map((name) => own({ functions }, name).cpu),
    [1, 2, 3, 4, Infinity],
  );
});

const wrong: readonly [text: string, message: RegExp][] = [
  [
    '{ "functions": { "img": { "memori": "2GiB" } } }',
    /^f:1:27 has the unknown key "memori"\. Did you mean "memory"\?$/,
  ],
  [
    '{ "functions": { "img": { "memory": "2" } } }',
    /^f:1:37 is not valid in "functions\.img\.memory": "2" is not a size/,
  ],
  [
    '{ "functions": { "img": { "check": "all" } } }',
    /in "functions\.img\.check": Give types, graph, none/,
  ],
  [
    '{ "functions": { "img": { "permissions": { "ff": true } } } }',
    /has the unknown key "ff"\. Did you mean "ffi"\?/,
  ],
  // The server's own keys, and entries in entries.
  ['{ "functions": { "img": { "hostname": "::1" } } }', /has the unknown key "hostname"/],
  ['{ "functions": { "img": { "functions": {} } } }', /has the unknown key "functions"/],
  ['{ "functions": { "a/b": {} } }', /"a\/b" can't be the name of a function: the name contains a/],
  ['{ "functions": { "_x": {} } }', /it begins with \. or _\. Give a name, or a pattern such as/],
  ['{ "functions": { "": {} } }', /the name is empty/],
  ['{ "functions": { "__proto__": { "cpu": 1 } } }', /has the key "__proto__", which is not/],
  ['{ "functions": { "a": {}, "a": {} } }', /has the key "a" twice/],
  ['{ "functions": [] }', /is not valid in "functions"/],
  ['{ "functions": { "a": null } }', /is not valid in "functions\.a"/],
  [`{ "functions": { "a": ${"[".repeat(70)}${"]".repeat(70)} } }`, /nested deeper than 64 levels/],
];

for (const [text, message] of wrong) {
  Deno.test(`a ddsrv.json with ${text.slice(0, 70)} is refused`, () => {
    assert.throws(
      () => parseJsonFile({ path: "f", text, schema: directorySchema, isTrusted: true }),
      { name: "ConfigError", message },
    );
  });
}

Deno.test("10,000 entries are read, and looked up for a thousand functions", () => {
  const entries = Array.from({ length: 10_000 }, (_, index) => [
    index % 2 === 0 ? `f${index}` : `f${index}-*-*`,
    { processes: 64 + index },
  ]);
  const settings = read({ functions: Object.fromEntries(entries) });
  assert.equal(settings.functions.length, 10_000);
  for (let index = 0; index < 1_000; index++) {
    const name = index % 2 === 0 ? `f${index}` : `f${index}-a-b`;
    assert.equal(settingsFor(settings, name).processes, 64 + index);
  }
});

Deno.test("unmatchedPatterns() returns entries without a function", () => {
  const { functions } = read({ functions: { a: {}, imgg: {}, "x-*": {}, "a*": {} } });
  assert.deepEqual(unmatchedPatterns(functions, ["a", "img"]), ["x-*", "imgg"]);
});
