import assert from "node:assert/strict";
import { resolve } from "node:path";
import { type LoadedSettings, loadSettings } from "../../lib/config/load_settings.ts";
import { defaultSettings } from "../../lib/config/settings.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("loadSettings() returns defaults if nothing is set", async () => {
  await using directory = await temporaryDirectory();
  const loaded = await loadSettings({ functionsDirectory: directory.path }, {});
  assert.deepEqual(loaded, {
    settings: { ...defaultSettings, functionsDirectory: directory.path },
    sources: { file: null, variables: [] },
    warnings: [],
  });
});

Deno.test("loadSettings() says which file and variables it has used", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("ddsrv.json", "{}");
  const { sources } = await loadSettings({ functionsDirectory: directory.path }, { PORT: "1" });
  assert.deepEqual(sources, { file: path, variables: ["PORT"] });
});

const file = {
  port: 1,
  logFileFormat: "docker",
  check: false,
  checkCpuTime: "5s",
  checkTimeout: "2m",
  startTimeout: "7s",
  stopGrace: "1500ms",
  $schema: "x",
};

const rows: readonly [
  name: string,
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, unknown>>,
][] = [
  ["the file over defaults", {}, {}, {
    port: 1,
    logFormat: "docker",
    check: "graph",
    checkCpuTimeMs: 5_000,
    checkTimeoutMs: 120_000,
    startTimeoutMs: 7_000,
    stopGraceMs: 1_500,
    drainMs: defaultSettings.drainMs,
  }],
  ["environment over the file", {}, { PORT: "2", LOG_FORMAT: "cri", DDSRV_CHECK_CPU_TIME: "9s" }, {
    checkCpuTimeMs: 9_000,
    checkTimeoutMs: 120_000,
    port: 2,
    logFormat: "cri",
    check: "graph",
  }],
  ["flags over environment and file", { port: 3, check: "auto" }, { PORT: "2" }, {
    port: 3,
    check: "auto",
    logFormat: "docker",
  }],
  ["health checks as the original answers them, with its variables", {}, {
    FUNC_DIRECTORY: "/elsewhere",
  }, { compatHealthcheck: true }],
  ["a variable over those of the original", {}, {
    FUNC_DIRECTORY: "/elsewhere",
    DDSRV_COMPAT_HEALTHCHECK: "false",
  }, { compatHealthcheck: false }],
  ["no health checks of the original without its variables", {}, { PORT: "2", DEBUG: "1" }, {
    compatHealthcheck: false,
  }],
  ["a flag for health checks of the original", { compatHealthcheck: true }, {}, {
    compatHealthcheck: true,
  }],
  ["the file over a variable that is not valid", {}, { PORT: "x" }, { port: 1 }],
];

for (const [name, flags, environment, expected] of rows) {
  Deno.test(`loadSettings() prefers ${name}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("ddsrv.json", JSON.stringify(file));
    const { settings } = await loadSettings(
      { functionsDirectory: directory.path, ...flags },
      environment,
    );
    const found = Object.keys(expected).map((key) => [key, settings[key as keyof typeof settings]]);
    assert.deepEqual(Object.fromEntries(found), expected);
    assert.equal("$schema" in settings, false);
    assert.equal("startTimeout" in settings, false);
  });
}

Deno.test("loadSettings() reads the bounds of log files", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("ddsrv.json", '{ "logMaxSize": "1MiB", "logMaxFiles": 3 }');
  const load = (flags: object): Promise<LoadedSettings> =>
    loadSettings({ functionsDirectory: directory.path, ...flags }, { DDSRV_LOG_MAX_FILES: "4" });
  const { settings } = await load({});
  assert.deepEqual([settings.logMaxBytes, settings.logMaxFiles], [1_048_576, 4]);
  assert.equal((await load({ logMaxFiles: 6 })).settings.logMaxFiles, 6);
  await directory.write("ddsrv.json", '{ "logMaxSize": "1KiB", "logMaxFiles": 1 }');
  await assert.rejects(load({}), {
    message: /logMaxSize.*Give at least 128KiB\n[^]*logMaxFiles/,
  });
});

Deno.test("loadSettings() reads old names of keys, and prefers new names", async () => {
  await using directory = await temporaryDirectory();
  const load = async (file: object): Promise<unknown[]> => {
    await directory.write("ddsrv.json", JSON.stringify(file));
    const { settings } = await loadSettings({ functionsDirectory: directory.path }, {});
    return [settings.saveLogs, settings.logsDirectory, settings.logFormat, settings.check];
  };
  const old = { saveLogs: false, logsDirectory: "/old", logFormat: "docker", checkCode: false };
  assert.deepEqual(await load(old), [false, "/old", "docker", "graph"]);
  const names = { logs: true, logsDir: "/new", logFileFormat: "cri", check: true };
  assert.deepEqual(await load({ ...old, ...names }), [true, "/new", "cri", "auto"]);
  assert.deepEqual(await load({ ...names, ...old }), [true, "/new", "cri", "auto"]);
});

Deno.test("loadSettings() merges variables for functions by the same precedence", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("ddsrv.json", '{ "env": { "A": "file", "B": "file", "C": "file" } }');
  const { settings } = await loadSettings(
    { functionsDirectory: directory.path, env: { C: "flag", E: "flag" } },
    { ENV_JSON: '{"B":"json","C":"json"}', PUBLIC_DENO_D: "public" },
  );
  assert.deepEqual(settings.env, { A: "file", B: "json", C: "flag", D: "public", E: "flag" });
});

Deno.test("loadSettings() reads the file of the directory that the environment names", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("ddsrv.json", '{ "port": 1234 }');
  const { settings } = await loadSettings({}, { FUNC_DIRECTORY: `${directory.path}/x/..` });
  assert.equal(settings.port, 1234);
  assert.equal(settings.functionsDirectory, directory.path);
});

Deno.test("loadSettings() makes paths absolute", async () => {
  await using directory = await temporaryDirectory();
  const { settings } = await loadSettings(
    { functionsDirectory: directory.path, logsDirectory: "l", socket: "s", stateDirectory: "d" },
    {},
  );
  assert.equal(settings.logsDirectory, resolve("l"));
  assert.equal(settings.socket, resolve("s"));
  assert.equal(settings.stateDirectory, resolve("d"));
});

Deno.test("loadSettings() returns warnings of the environment", async () => {
  await using directory = await temporaryDirectory();
  const { warnings } = await loadSettings({ functionsDirectory: directory.path }, { QUIET: "?" });
  assert.deepEqual(warnings, ['QUIET: "?" is neither true nor false']);
});

Deno.test("loadSettings() refuses a file that is not valid", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("ddsrv.json", '{ "ports": 1 }');
  await assert.rejects(loadSettings({ functionsDirectory: directory.path }, {}), {
    name: "ConfigError",
    message: `${path}:1:3 has the unknown key "ports". Did you mean "port"?`,
  });
});

Deno.test("loadSettings() merges limits one by one", async () => {
  await using directory = await temporaryDirectory();
  await directory.write(
    "ddsrv.json",
    '{ "maxBodySize": "1MiB", "maxFields": 64, "maxWaiting": "7", "idleTimeout": "none" }',
  );
  const { settings } = await loadSettings(
    { functionsDirectory: directory.path, limits: { maxWaiting: 9 } },
    { DDSRV_MAX_FIELDS: "65", DDSRV_MAX_WAITING: "8", DDSRV_HEAD_TIMEOUT: "1s" },
  );
  assert.deepEqual(settings.limits, {
    ...defaultSettings.limits,
    maxBodyBytes: 1_048_576,
    maxFields: 65,
    maxWaiting: 9,
    idleTimeoutMs: Infinity,
    headTimeoutMs: 1_000,
  });
});

Deno.test("loadSettings() reads the settings of the proxy", async () => {
  await using directory = await temporaryDirectory();
  await directory.write(
    "ddsrv.json",
    '{ "domain": "Example.org", "trustedProxies": ["10.0.0.0/8"], "hideErrors": true, ' +
      '"keepPrefix": true, "accessLog": "combined", "tlsCert": "/a", "tlsKey": "/b" }',
  );
  const { settings, warnings } = await loadSettings({ functionsDirectory: directory.path }, {
    DDSRV_DOMAIN: "a.test, b.test",
    DDSRV_ACCESS_LOG: "xml",
  });
  assert.deepEqual(settings.domains, ["a.test", "b.test"]);
  assert.deepEqual(settings.trustedProxies, ["10.0.0.0/8"]);
  assert.deepEqual([settings.hideErrors, settings.keepPrefix], [true, true]);
  assert.deepEqual([settings.accessLog, settings.tlsCert, settings.tlsKey], [
    "combined",
    "/a",
    "/b",
  ]);
  assert.deepEqual(warnings, [
    'DDSRV_ACCESS_LOG: "xml" is not one of the choices. Give json or combined',
  ]);
});

const wrong: readonly [text: string, message: RegExp][] = [
  ['{ "maxHeadSize": "1" }', /:1:18 is not valid in "maxHeadSize": "1" is not a size\. Write/],
  ['{ "maxHeadSize": 5 }', /in "maxHeadSize": Invalid input: expected string, received number/],
  ['{ "maxFields": 0 }', /in "maxFields": "0" is out of bounds\. Give 1 to 8192/],
  ['{ "maxHeadSise": "1KiB" }', /unknown key "maxHeadSise"\. Did you mean "maxHeadSize"\?/],
  [
    '{ "trustedProxies": ["x"] }',
    /in "trustedProxies\.0": "x" is neither an address nor a network/,
  ],
  ['{ "domain": "*.a" }', /"domain"/],
];

for (const [text, message] of wrong) {
  Deno.test(`loadSettings() explains why it refuses ${text}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("ddsrv.json", text);
    await assert.rejects(loadSettings({ functionsDirectory: directory.path }, {}), { message });
  });
}
