import assert from "node:assert/strict";
import { ConfigError } from "../../lib/config/json_file.ts";
import { parseEgress } from "../../lib/config/egress.ts";
import { defaultPermissions, withPermissions } from "../../lib/config/permissions.ts";
import { defaultSettings, type Settings, type SomeSettings } from "../../lib/config/settings.ts";
import { settingsFor } from "../../lib/config/settings_for.ts";
import { directorySchema, settingsIn } from "../../lib/config/file_schema.ts";
import { type FunctionPolicy, tightenPolicy } from "../../lib/function/policy.ts";

const settings: Settings = {
  ...defaultSettings,
  startTimeoutMs: 10_000,
  stopGraceMs: 5_000,
  memoryBytes: 512 * 1024 ** 2,
  cpu: 2,
  processes: 256,
  bandwidthBits: 50_000_000,
};

const path = "/f/a/ddsrv.json";

function tighten(manifest: SomeSettings, ceiling: Partial<Settings> = {}): FunctionPolicy {
  const own = settingsFor({ ...settings, ...ceiling }, "a");
  return tightenPolicy({ path, settings: own, manifest, env: { A: "1" } });
}

Deno.test("tightenPolicy() returns the settings for an empty manifest", () => {
  assert.deepEqual(tighten({}), {
    check: "auto",
    egress: "internet",
    permissions: defaultPermissions,
    writable: [],
    logRate: 10_000,
    env: { A: "1" },
    entry: undefined,
    denoVersion: undefined,
    spa: false,
    preferredPort: 8000,
    schedules: [],
    watchFiles: [],
    predeploy: undefined,
    predeployTimeoutMs: 300_000,
    startTimeoutMs: 10_000,
    stopGraceMs: 5_000,
    healthPath: undefined,
    healthIntervalMs: 10_000,
    hangTimeoutMs: 60_000,
    idleMs: Infinity,
    isWarm: false,
    backgroundTimeoutMs: 300_000,
    drainMs: 30_000,
    memoryBytes: 512 * 1024 ** 2,
    cpu: 2,
    processes: 256,
    dataBytes: 1024 ** 3,
    dataFiles: 65_536,
    bandwidthBits: 50_000_000,
    ownDomains: [],
    keepPrefix: false,
    rateLimit: "none",
  });
});

const RATE = { count: 5, periodMs: 60_000, burst: 5 };

const HOSTED = [{ pattern: "a", settings: { ownDomains: ["shop.test", "*.a.test"] } }];

const granted: readonly [
  manifest: SomeSettings,
  expected: Partial<FunctionPolicy>,
  ceiling?: Partial<Settings>,
][] = [
  [{ startTimeoutMs: 1, stopGraceMs: 0 }, { startTimeoutMs: 1, stopGraceMs: 0 }],
  [{ startTimeoutMs: 10_000 }, { startTimeoutMs: 10_000 }],
  [{ logRate: 1 }, { logRate: 1 }],
  [{ logRate: Infinity }, { logRate: Infinity }, { logRate: Infinity }],
  // Patterns give nothing by themselves.
  [{}, { ownDomains: [] }, { ownDomains: ["*.test", "shop.test"] }],
  [
    { ownDomains: ["b.a.test", "shop.test", "shop.test"] },
    { ownDomains: ["b.a.test", "shop.test"] },
    { ownDomains: ["*.test"] },
  ],
  // An entry of "functions" gives its single hosts.
  [{}, { ownDomains: ["shop.test"] }, { functions: HOSTED }],
  [{ ownDomains: ["b.a.test"] }, { ownDomains: ["b.a.test"] }, { functions: HOSTED }],
  [{ ownDomains: [] }, { ownDomains: [] }, { functions: HOSTED }],
  // What only concerns the function itself has no ceiling.
  [{ healthIntervalMs: 60_000 }, { healthIntervalMs: 60_000 }],
  [{ hangTimeoutMs: Infinity }, { hangTimeoutMs: Infinity }],
  [{ hangTimeoutMs: 300_000 }, { hangTimeoutMs: 300_000 }, { hangTimeoutMs: Infinity }],
  [{}, { hangTimeoutMs: 5_000 }, { hangTimeoutMs: 5_000 }],
  [{ memoryBytes: 2 ** 26, cpu: 0.5, processes: 64 }, {
    memoryBytes: 2 ** 26,
    cpu: 0.5,
    processes: 64,
  }],
  [{ dataBytes: 2 ** 24, dataFiles: 64 }, { dataBytes: 2 ** 24, dataFiles: 64 }],
  [{ bandwidthBits: 1_000_000 }, { bandwidthBits: 1_000_000 }],
  [{ bandwidthBits: Infinity }, { bandwidthBits: Infinity }, { bandwidthBits: Infinity }],
  [{ cpu: 4_096 }, { cpu: 4_096 }, { cpu: Infinity }],
  [{ rateLimit: RATE }, { rateLimit: RATE }],
  [{}, { rateLimit: "none" }, { rateLimit: RATE }],
  [{ keepPrefix: true }, { keepPrefix: true }],
  [{ keepPrefix: false }, { keepPrefix: false }, { keepPrefix: true }],
  [{}, { keepPrefix: true }, { keepPrefix: true }],
  [{}, { healthPath: "/up" }, { healthPath: "/up" }],
  [{ healthPath: "/own" }, { healthPath: "/own" }, { healthPath: "/up" }],
  [{ healthPath: "/own" }, { healthPath: undefined }, { healthPath: "/up", healthAttempts: 0 }],
  // What a manifest says of variables is laid over the others before.
  [{ env: { B: "2" } }, { env: { A: "1" } }],
  [{ egress: "none" }, { egress: "none" }],
  [{}, { egress: parseEgress("a.test:1") }, { egress: parseEgress("a.test:1") }],
  [
    { egress: parseEgress("a.test:1") },
    { egress: { rules: [{ type: "name", name: "a.test", port: 1 }], isPublicOnly: true } },
  ],
  [
    { egress: parseEgress("10.0.0.1:1") },
    { egress: parseEgress("10.0.0.1:1") },
    { egress: parseEgress("10.0.0.0/8") },
  ],
  [
    { permissions: { net: false, write: ["/tmp/x"] } },
    { permissions: { ...defaultPermissions, net: false, write: ["/tmp/x"] } },
  ],
  [{ permissions: {} }, { permissions: defaultPermissions }],
  [
    { permissions: "all" },
    { permissions: withPermissions(defaultPermissions, "all") },
    { permissions: withPermissions(defaultPermissions, "all") },
  ],
];

for (const [manifest, expected, ceiling = {}] of granted) {
  const under = JSON.stringify(ceiling, (_, value) => value === Infinity ? "none" : value);
  Deno.test(`tightenPolicy() grants ${JSON.stringify(manifest)} under ${under}`, () => {
    const policy = tighten(manifest, ceiling);
    assert.deepEqual(policy, { ...tighten({}, ceiling), ...expected });
  });
}

const limit = (key: string, asked: string, most: string): string =>
  `asks for ${key} ${asked}, but the settings allow at most ${most}`;

const egress = (excess: string, most: string): string =>
  `asks for egress "${excess}", but the settings allow only "${most}"`;

const permission = (excess: string, most: string): string =>
  `asks for the permission ${excess}, but the settings allow only ${most}`;

const refused: readonly [
  manifest: SomeSettings,
  message: string,
  ceiling?: Partial<Settings>,
][] = [
  [{ startTimeoutMs: 10_001 }, limit("startTimeout", "10001ms", "10s")],
  [{ stopGraceMs: 60_000 }, limit("stopGrace", "1m", "5s")],
  [{ memoryBytes: 1024 ** 3 }, limit("memory", "1GiB", "512MiB")],
  [{ memoryBytes: 512 * 1024 ** 2 + 1 }, limit("memory", "536870913B", "512MiB")],
  [{ logRate: 10_001 }, limit("logRate", "10001", "10000")],
  [{ logRate: Infinity }, limit("logRate", "none", "10000")],
  [{ cpu: 2.01 }, limit("cpu", "2.01", "2")],
  [{ processes: 257 }, limit("processes", "257", "256")],
  [{ dataBytes: 2 * 1024 ** 3 }, limit("dataSize", "2GiB", "1GiB")],
  [{ dataFiles: 65_537 }, limit("dataFiles", "65537", "65536")],
  [{ bandwidthBits: 60_000_000 }, limit("bandwidth", "60mbit", "50mbit")],
  [{ bandwidthBits: Infinity }, limit("bandwidth", "none", "50mbit")],
  [{ egress: "full" }, egress("full", "internet")],
  [{ egress: "internet" }, egress("internet", "none"), { egress: "none" }],
  [{ egress: parseEgress("a.test:1,10.0.0.1:2") }, egress("10.0.0.1:2", "internet")],
  [
    { egress: parseEgress("b.test:1") },
    egress("b.test:1", "a.test:1, 10.0.0.0/8"),
    { egress: parseEgress("a.test:1,10.0.0.0/8") },
  ],
  [
    { egress: "internet" },
    egress("internet", "none"),
    { egress: { rules: [], isPublicOnly: false } },
  ],
  [{ permissions: "all" }, permission('"write"', "/tmp, /ddsrv/data")],
  [{ permissions: { run: true } }, permission('"run"', "none")],
  [{ permissions: { run: ["sh"] } }, permission('"run"', "none")],
  [{ permissions: { write: ["/etc"] } }, permission('"write" of "/etc"', "/tmp, /ddsrv/data")],
  [
    { permissions: { write: ["/tmp/../etc"] } },
    permission('"write" of "/tmp/../etc"', "/tmp, /ddsrv/data"),
  ],
  [
    { permissions: { env: true } },
    permission('"env"', "A, B"),
    { permissions: { ...defaultPermissions, env: ["A", "B"] } },
  ],
];

for (const [manifest, message, ceiling] of refused) {
  Deno.test(`tightenPolicy() refuses with "${message.slice(0, 90)}"`, () => {
    let error: unknown;
    try {
      tighten(manifest, ceiling);
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error instanceof ConfigError);
    const [said, remedy = ""] = error.message.split(". Ask for less, or ask the operator to add ");
    assert.equal(said, `${path} ${message}`);
    // What the message says to add allows it.
    const [snippet, where] = remedy.split(" to the ");
    assert.equal(where, "ddsrv.json of the functions directory");
    const { functions } = settingsIn(directorySchema.parse(JSON.parse(`{ ${snippet} }`)));
    const own = settingsFor({ ...settings, ...ceiling, functions: functions! }, "a");
    tightenPolicy({ path, settings: own, manifest, env: {} });
  });
}

Deno.test("tightenPolicy() refuses domains that the settings do not allow, and patterns", () => {
  const grant = (host: string): string =>
    'Ask for less, or ask the operator to add "functions": { "a": { "domains": ' +
    `[ "${host}" ] } } to the ddsrv.json of the functions directory`;
  const rows: readonly [readonly string[], readonly string[], string][] = [
    [["shop.test"], [], `"shop.test", but the settings allow none. ${grant("shop.test")}`],
    [
      ["test"],
      ["*.test", "b.example"],
      `"test", but the settings allow only "*.test", "b.example". ${grant("test")}`,
    ],
    [["*.a.test"], ["*.test"], '"*.a.test", but a function has single hosts. Name each one'],
  ];
  for (const [ownDomains, patterns, message] of rows) {
    assert.throws(() => tighten({ ownDomains }, { ownDomains: patterns }), {
      name: "ConfigError",
      message: `${path} asks for the domain ${message}`,
    });
  }
});

const LIMITED = { rateLimit: { count: 10, periodMs: 1_000, burst: 10 } };

const RATED = { functions: [{ pattern: "a", settings: LIMITED }] };

Deno.test("tightenPolicy() has a manifest stay within the rate limit of a grant", () => {
  assert.deepEqual(tighten({}, RATED).rateLimit, LIMITED.rateLimit);
  assert.deepEqual(tighten({ rateLimit: RATE }, RATED).rateLimit, RATE);
  const wide: SomeSettings = { rateLimit: { count: 601, periodMs: 60_000, burst: 1 } };
  const message = /asks for rateLimit 601\/m burst 1, but the settings allow at most 10\/s\. Ask/;
  assert.throws(() => tighten(wide, RATED), { message });
});
