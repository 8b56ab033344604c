import assert from "node:assert/strict";
import { directorySchema, functionSchema, settingsIn } from "../../lib/config/file_schema.ts";
import { ConfigError, parseJsonFile } from "../../lib/config/json_file.ts";

function parse(text: string): unknown {
  const schema = directorySchema;
  return settingsIn(parseJsonFile({ path: "/f/ddsrv.json", text, schema, isTrusted: true }));
}

Deno.test("parseJsonFile() reads comments and trailing commas", () => {
  const text = `{
    // how far it reaches
    "egress": "none", /* seconds */ "stopGrace": "2s",
    "env": { "A": "1", },
  }`;
  assert.deepEqual(parse(text), { egress: "none", stopGraceMs: 2_000, env: { A: "1" } });
});

Deno.test("parseJsonFile() reads the values of keys", () => {
  const settings = {
    egress: "full",
    env: { A: "" },
    port: 0,
    hostname: "::1",
    preferredPort: 65535,
    allowImport: ["a.example"],
    dns: ["192.0.2.53"],
    addressRange: "10.1.0.0/16",
  };
  const renamed = { logsDir: "/l", logs: false, logFileFormat: "docker", check: false };
  assert.deepEqual(parse(JSON.stringify({ $schema: "x", ...settings, ...renamed })), {
    ...settings,
    logsDirectory: "/l",
    saveLogs: false,
    logFormat: "docker",
    check: "graph",
  });
});

const faults: readonly [text: string, message: string][] = [
  ["", "/f/ddsrv.json:1:1 is not JSON (value expected)"],
  ['{\n  "port" 1 }', "/f/ddsrv.json:2:10 is not JSON (colon expected)"],
  ['{ "port": 1', "/f/ddsrv.json:1:12 is not JSON (close brace expected)"],
  ["{} x", "/f/ddsrv.json:1:4 is not JSON (invalid symbol)"],
  ["[]", "/f/ddsrv.json:1:1 is not valid: Invalid input: expected object, received array"],
  [
    '{\n  "egres": "none"\n}',
    '/f/ddsrv.json:2:3 has the unknown key "egres". Did you mean "egress"?',
  ],
  ['{ "colour": 1 }', '/f/ddsrv.json:1:3 has the unknown key "colour"'],
  ['{ "__proto__": {} }', '/f/ddsrv.json:1:3 has the key "__proto__", which is not allowed'],
  [
    '{ "env": { "__proto__": "x" } }',
    '/f/ddsrv.json:1:12 has the key "__proto__", which is not allowed',
  ],
  [
    '{\n\n\t"port": 65536 }',
    '/f/ddsrv.json:3:10 is not valid in "port": Too big: expected number to be <=65535',
  ],
  [
    '{ "startTimeout": "5" }',
    '/f/ddsrv.json:1:19 is not valid in "startTimeout": "5" is not a duration. Write a number ' +
    "and a unit: 250ms, 10s, 15m, 2h",
  ],
  [
    '{ "env": { "A": "\\u0000" } }',
    `/f/ddsrv.json:1:17 is not valid in "env.A": A variable's value can't contain NUL`,
  ],
  [
    '{ "env": { "A=B": "1" } }',
    `/f/ddsrv.json:1:19 is not valid in "env.A=B": A variable's name can't be empty or contain = or ` +
    "NUL",
  ],
  [
    '{ "dns": ["192.0.2.1", "fe80::1%eth0"] }',
    '/f/ddsrv.json:1:24 is not valid in "dns.1": "fe80::1%eth0" is not an IP address',
  ],
];

for (const [text, message] of faults) {
  Deno.test(`parseJsonFile() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message, message);
      return true;
    });
  });
}

Deno.test("parseJsonFile() lists every error, also for several unknown keys", () => {
  const text = '{\n  "colour": 1,\n  "ports": 2,\n  "egress": "some"\n}';
  assert.throws(() => parse(text), (error) => {
    assert.deepEqual((error as Error).message.split("\n").sort(), [
      '/f/ddsrv.json:2:3 has the unknown key "colour"',
      '/f/ddsrv.json:3:3 has the unknown key "ports". Did you mean "port"?',
      '/f/ddsrv.json:4:13 is not valid in "egress": Give one of none, internet, full, or a list ' +
      "of destinations",
    ]);
    return true;
  });
});

Deno.test("parseJsonFile() refuses the operator's keys in a manifest", () => {
  for (const key of ["hostname", "functions", "checkCode"]) {
    const file = { path: "m", text: `{ "${key}": {} }`, schema: functionSchema };
    const message = new RegExp(`^m:1:3 has the unknown key "${key}"`);
    assert.throws(() => parseJsonFile(file), { message });
  }
});

const MEBIBYTE = 1024 ** 2;

const nested: readonly [what: string, text: string][] = [
  ["arrays", "[".repeat(MEBIBYTE)],
  ["objects", '{"a":'.repeat(MEBIBYTE / 5)],
  ["arrays that are closed", "[".repeat(MEBIBYTE / 2) + "]".repeat(MEBIBYTE / 2)],
  ["what is not closed behind a quotation mark", `"\n${"[".repeat(MEBIBYTE)}`],
  ["arrays behind comments", `/* " */ // "\n${"[".repeat(MEBIBYTE)}`],
];

for (const [what, text] of nested) {
  Deno.test(`parseJsonFile() refuses a mebibyte of ${what} by its place`, () => {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof ConfigError, String(error));
      assert.match(
        error.message,
        /^\/f\/ddsrv\.json:\d+:\d+ is nested deeper than 64 levels\. Make it flatter$/,
      );
      return true;
    });
  });
}

Deno.test("parseJsonFile() reports line and column of JSON that is nested too deeply", () => {
  assert.throws(() => parse(`{\n  "env": ${"[".repeat(100)}`), {
    message: "/f/ddsrv.json:2:73 is nested deeper than 64 levels. Make it flatter",
  });
});

Deno.test("parseJsonFile() ignores brackets in strings and comments", () => {
  const brackets = "[".repeat(1_000);
  const text = `{ "env": { "A": "\\"${brackets}" } /* ${brackets} */ } // ${brackets}`;
  assert.deepEqual(parse(text), { env: { A: `"${brackets}` } });
});

Deno.test("parseJsonFile() refuses a duplicate key in one object, not in two", () => {
  assert.throws(() => parse('{ "port": 1,\n "port": 2 }'), {
    message: '/f/ddsrv.json:2:2 has the key "port" twice. Remove one',
  });
  assert.deepEqual(parse('{ "env": { "env": "1" } }'), { env: { env: "1" } });
});

Deno.test("parseJsonFile() skips a byte order mark at the start only", () => {
  assert.deepEqual(parse('\ufeff{ "port": 1 }'), { port: 1 });
  assert.throws(() => parse('{\ufeff "port": 1 }'), ConfigError);
  assert.throws(() => parse('{ "port": 1 }\0'), {
    message: "/f/ddsrv.json:1:14 is not JSON (invalid symbol)",
  });
});

Deno.test("parseJsonFile() limits the number of errors in a message", () => {
  const many = (of: (index: number) => string): string =>
    Array.from({ length: 5_000 }, (_, index) => of(index)).join(",");
  const texts = [
    `{ ${many((index) => `"k${index}": 1`)} }`,
    `{ "env": { ${many((index) => `"A${index}": 1`)} } }`,
    `{ "dns": [${many(() => "1")}] }`,
  ];
  for (const text of texts) {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message.split("\n").length, 20);
      return true;
    });
  }
});

Deno.test("parseJsonFile() accepts many values from the operator only", () => {
  const env = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`A${index}`, "1"]));
  const text = JSON.stringify({ env });
  assert.deepEqual(parse(text), { env });
  assert.throws(() => parseJsonFile({ path: "m", text, schema: functionSchema }), {
    name: "ConfigError",
    message: /^m:1:\d+ has more than 2000 values\. Remove some$/,
  });
});
