import assert from "node:assert/strict";
import { functionSchema, settingsIn } from "../../lib/config/file_schema.ts";
import { ConfigError, parseJsonFile } from "../../lib/config/json_file.ts";
import { PERMISSION_KINDS } from "../../lib/config/permissions.ts";

function parse(text: string): unknown {
  return settingsIn(parseJsonFile({ path: "m", text, schema: functionSchema }));
}

const list = (...rules: readonly unknown[]) => ({ rules, isPublicOnly: false });

const good: readonly [text: string, value: unknown][] = [
  ['{ "permissions": "all" }', { permissions: "all" }],
  ['{ "permissions": {} }', { permissions: {} }],
  ['{ "permissions": { "run": true } }', { permissions: { run: true } }],
  ['{ "permissions": { "net": false } }', { permissions: { net: false } }],
  ['{ "permissions": { "read": [] } }', { permissions: { read: [] } }],
  [
    '{ "permissions": { "read": ["/a b", "../c"], "env": ["A"] } }',
    { permissions: { read: ["/a b", "../c"], env: ["A"] } },
  ],
  ['{ "egress": "none" }', { egress: "none" }],
  ['{ "egress": "full" }', { egress: "full" }],
  ['{ "egress": [] }', { egress: list() }],
  ['{ "egress": ["API.example.com:443", /* ours */ "10.0.0.0/8",] }', {
    egress: list(
      { type: "name", name: "api.example.com", port: 443 },
      { type: "network", network: { base: 0x0a00_0000, size: 2 ** 24 }, port: undefined },
    ),
  }],
  ['{ "envFile": "secrets/live.env" }', { envFile: "secrets/live.env" }],
  ['{ "cpu": 0.01, "processes": 64, "dataFiles": 64 }', {
    cpu: 0.01,
    processes: 64,
    dataFiles: 64,
  }],
  ['{ "cpu": 4096, "processes": 4194304, "dataFiles": 4294967295 }', {
    cpu: 4_096,
    processes: 4_194_304,
    dataFiles: 4_294_967_295,
  }],
];

for (const [text, value] of good) {
  Deno.test(`functionSchema accepts ${text}`, () => {
    assert.deepEqual(parse(text), value);
  });
}

Deno.test("functionSchema accepts every kind of permission", () => {
  const permissions = Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, ["x"]]));
  assert.deepEqual(parse(JSON.stringify({ permissions })), { permissions });
});

Deno.test("functionSchema accepts 64 destinations, and refuses 65", () => {
  const text = (count: number) => JSON.stringify({ egress: Array(count).fill("10.0.0.0/8") });
  parse(text(64));
  assert.throws(() => parse(text(65)), {
    name: "ConfigError",
    message: /^m:1:11 .* in "egress": /,
  });
});

const NO_PERMISSIONS = 'Give "all", or any of net, read, write, env, sys, run, ffi';
const NO_PERMISSION = "Give true, false, or a list of what is permitted";
const NO_EGRESS = "Give one of none, internet, full, or a list of destinations";
const NO_ITEM = "An item can't be empty or contain a comma or NUL";
const NO_STRING = "Invalid input: expected string, received";

const bad: readonly [text: string, ...messages: string[]][] = [
  ['{ "permissions": "some" }', `1:18 is not valid in "permissions": ${NO_PERMISSIONS}`],
  ['{ "permissions": "ALL" }', `1:18 is not valid in "permissions": ${NO_PERMISSIONS}`],
  ['{ "permissions": true }', `1:18 is not valid in "permissions": ${NO_PERMISSIONS}`],
  ['{ "permissions": null }', `1:18 is not valid in "permissions": ${NO_PERMISSIONS}`],
  ['{\n  "permissions": ["net"]\n}', `2:18 is not valid in "permissions": ${NO_PERMISSIONS}`],
  ['{ "permissions": { "hrtime": true } }', '1:20 has the unknown key "hrtime"'],
  ['{ "permissions": { "all": true } }', '1:20 has the unknown key "all"'],
  ['{ "permissions": {\n  "Net": true } }', '2:3 has the unknown key "Net". Did you mean "net"?'],
  ['{ "permissions": { "reed": true } }', '1:20 has the unknown key "reed". Did you mean "read"?'],
  ['{ "permissions": { "memory": true } }', '1:20 has the unknown key "memory"'],
  [
    '{ "healthPath": "/a b\\r\\nX: y" }',
    '1:17 is not valid in "healthPath": Give a path such as /healthz, without spaces',
  ],
  [
    '{ "healthPath": "http://elsewhere/" }',
    '1:17 is not valid in "healthPath": Give a path such as /healthz, without spaces',
  ],
  [
    '{ "healthInterval": 0 }',
    '1:21 is not valid in "healthInterval": Give a duration such as 10s, or never',
  ],
  [
    '{ "healthInterval": "0s" }',
    '1:21 is not valid in "healthInterval": "0s" is out of bounds. Give at least 1s, or never',
  ],
  [
    '{ "hangTimeout": "999ms" }',
    '1:18 is not valid in "hangTimeout": "999ms" is out of bounds. Give at least 1s, or never',
  ],
  [
    '{ "hangTimeout": "off" }',
    '1:18 is not valid in "hangTimeout": "off" is not a duration. Write a number and a unit: ' +
    "250ms, 10s, 15m, 2h",
  ],
  [
    '{ "hangTimeout": false }',
    '1:18 is not valid in "hangTimeout": Give a duration such as 10s, or never',
  ],
  ['{ "envFile": "a\\u0000b" }', '1:14 is not valid in "envFile": Give the path of a file'],
  [
    `{ "egress": [${Array.from({ length: 65 }, () => '"1.2.3.4"')}] }`,
    '1:13 is not valid in "egress": Give at most 64 destinations; use networks instead',
  ],
  ['{ "permissions": { "net": 1 } }', `1:27 is not valid in "permissions.net": ${NO_PERMISSION}`],
  ['{ "permissions": { "net": "a" } }', `1:27 is not valid in "permissions.net": ${NO_PERMISSION}`],
  [
    '{ "permissions": { "net": null } }',
    `1:27 is not valid in "permissions.net": ${NO_PERMISSION}`,
  ],
  ['{ "permissions": { "net": {} } }', `1:27 is not valid in "permissions.net": ${NO_PERMISSION}`],
  [
    '{ "permissions": { "read": ["/a", ""] } }',
    `1:35 is not valid in "permissions.read.1": ${NO_ITEM}`,
  ],
  [
    '{ "permissions": { "read": ["/a,/"] } }',
    `1:29 is not valid in "permissions.read.0": ${NO_ITEM}`,
  ],
  [
    '{ "permissions": { "read": ["\\u0000"] } }',
    `1:29 is not valid in "permissions.read.0": ${NO_ITEM}`,
  ],
  [
    '{ "permissions": { "read": [1] } }',
    `1:29 is not valid in "permissions.read.0": ${NO_STRING} number`,
  ],
  [
    '{ "permissions": {\n  "hrtime": 1,\n  "net": 5 } }',
    '2:3 has the unknown key "hrtime"',
    `3:10 is not valid in "permissions.net": ${NO_PERMISSION}`,
  ],
  ['{ "egress": "some" }', `1:13 is not valid in "egress": ${NO_EGRESS}`],
  ['{ "egress": "a.example:443" }', `1:13 is not valid in "egress": ${NO_EGRESS}`],
  ['{ "egress": {} }', `1:13 is not valid in "egress": ${NO_EGRESS}`],
  ['{ "egress": false }', `1:13 is not valid in "egress": ${NO_EGRESS}`],
  ['{ "egress": null }', `1:13 is not valid in "egress": ${NO_EGRESS}`],
  ['{ "egress": [443] }', `1:14 is not valid in "egress.0": ${NO_STRING} number`],
  [
    '{ "egress": ["a.example"] }',
    '1:14 is not valid in "egress.0": "a.example" has no port. Write the port too: a.example:443',
  ],
  [
    '{ "egress": ["169.254.169.254:80"] }',
    `1:14 is not valid in "egress.0": "169.254.169.254:80" is a cloud's metadata ` +
    "service, which has credentials. Functions can't reach it. Remove it",
  ],
  [
    '{ "egress": ["ok.example:1",\n  "10.0.0.5/8", "*.x:1"] }',
    '2:3 is not valid in "egress.1": "10.0.0.5/8" has bits set after its prefix. Write 10.0.0.0/8 ' +
    "for the network",
    '2:17 is not valid in "egress.2": "*.x:1" is not a destination. Write api.example.com:443, ' +
    "192.0.2.1:5432, 10.0.0.0/8 or [2001:db8::1]:443 (names need a port and can't contain *)",
  ],
  [
    '{ "cpu": 0.009, "processes": 63, "dataFiles": 63 }',
    '1:10 is not valid in "cpu": Give a number of cores, at least 0.01',
    '1:30 is not valid in "processes": Give at least 64: threads count, and Deno has many',
    '1:47 is not valid in "dataFiles": Give at least 64',
  ],
  [
    '{ "cpu": 4096.5, "processes": 4194305, "dataFiles": 4294967296 }',
    '1:10 is not valid in "cpu": Too big: expected number to be <=4096',
    '1:31 is not valid in "processes": Too big: expected number to be <=4194304',
    '1:53 is not valid in "dataFiles": Too big: expected number to be <=4294967295',
  ],
  ['{ "envFile": "" }', '1:14 is not valid in "envFile": Give the path of a file'],
  ['{ "envFile": ["a"] }', `1:14 is not valid in "envFile": ${NO_STRING} array`],
  ['{ "envFil": "a" }', '1:3 has the unknown key "envFil". Did you mean "envFile"?'],
  ['{ "permission": "all" }', '1:3 has the unknown key "permission". Did you mean "permissions"?'],
];

for (const [text, ...messages] of bad) {
  Deno.test(`functionSchema refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof ConfigError);
      const expected = messages.map((message) => `m:${message}`);
      assert.deepEqual(error.message.split("\n").sort(), expected.sort());
      return true;
    });
  });
}
