import assert from "node:assert/strict";
import { SETTING_ENTRIES } from "../../lib/config/setting_entries.ts";

function parse(name: string, text: string): unknown {
  return SETTING_ENTRIES.find(({ setting }) => setting.name === name)!.setting.kind.parse(text);
}

const valid: readonly [name: string, ...values: (readonly [text: string, value: number])[]][] = [
  ["idle", ["never", Infinity], ["1s", 1_000], ["1000ms", 1_000], ["15m", 900_000]],
  ["idle", ["596h", 2_145_600_000]],
  ["checkCpuTime", ["1s", 1_000], ["60s", 60_000], ["10m", 600_000]],
  ["checkTimeout", ["1s", 1_000], ["60s", 60_000], ["10m", 600_000]],
  ["healthInterval", ["never", Infinity], ["1s", 1_000], ["90s", 90_000]],
  ["hangTimeout", ["never", Infinity], ["1s", 1_000], ["90s", 90_000]],
  ["rescan", ["100ms", 100], ["0.1s", 100], ["3s", 3_000], ["596h", 2_145_600_000]],
  ["drain", ["0ms", 0], ["30s", 30_000]],
  ["logMaxSize", ["10MiB", 10_485_760], ["128KiB", 131_072]],
  ["logMaxFiles", ["2", 2], ["1000", 1_000]],
  ["maxFiles", ["10", 10], ["50000", 50_000], ["10000000", 10_000_000]],
  ["healthAttempts", ["0", 0], ["1000", 1_000]],
  ["port", ["0", 0], ["65535", 65_535]],
  ["preferredPort", ["1", 1], ["65535", 65_535]],
  ["memory", ["64MiB", 67_108_864]],
  ["dataSize", ["16MiB", 16_777_216], ["16384GiB", 16 * 1024 ** 4]],
  ["maxHeadSize", ["64B", 64], ["1MiB", 1_048_576]],
  ["maxBodySize", ["0B", 0], ["none", Infinity]],
  ["maxPeerBufferSize", ["0B", 0], ["none", Infinity]],
  ["maxFields", ["1", 1], ["8192", 8_192]],
  ["headTimeout", ["1.5s", 1_500], ["1ms", 1]],
  ["idleTimeout", ["none", Infinity]],
  ["maxConnections", ["none", Infinity], ["1000000", 1_000_000]],
];

for (const [name, ...values] of valid) {
  for (const [text, value] of values) {
    Deno.test(`${name} accepts "${text}"`, () => assert.equal(parse(name, text), value));
  }
}

const outside: readonly [name: string, texts: readonly string[], remedy: string][] = [
  ["idle", ["999ms", "0s", "0.9s"], "at least 1s, or never"],
  ["checkCpuTime", ["999ms", "0s", "0.5s"], "at least 1s"],
  ["checkTimeout", ["999ms", "0s", "0.5s"], "at least 1s"],
  ["healthInterval", ["999ms", "0s", "0ms"], "at least 1s, or never"],
  ["hangTimeout", ["999ms", "0s", "0ms"], "at least 1s, or never"],
  ["rescan", ["99ms", "0ms", "0.05s"], "at least 100ms"],
  ["logMaxSize", ["127KiB", "0B"], "at least 128KiB"],
  ["logMaxFiles", ["1", "0", "1001"], "2 to 1000"],
  ["maxFiles", ["9", "10000001"], "10 to 10000000"],
  ["healthAttempts", ["1001"], "0 to 1000"],
  ["port", ["65536"], "0 to 65535"],
  ["preferredPort", ["0", "65536"], "1 to 65535"],
  ["memory", ["63MiB"], "at least 64MiB"],
  ["dataSize", ["15MiB", "16385GiB"], "16MiB to 16384GiB"],
  ["processes", ["63", "4194305"], "64 to 4194304"],
  ["dataFiles", ["63", "4294967296"], "64 to 4294967295"],
  ["maxHeadSize", ["63B", "2MiB"], "64B to 1MiB"],
  ["maxFields", ["0", "8193"], "1 to 8192"],
  ["headTimeout", ["0s"], "at least 1ms, or none"],
  ["maxConnections", ["0", "1000001"], "1 to 1000000, or none"],
];

for (const [name, texts, remedy] of outside) {
  for (const text of texts) {
    Deno.test(`${name} refuses "${text}", which is out of bounds`, () => {
      const message = `"${text}" is out of bounds. Give ${remedy}`;
      assert.throws(() => parse(name, text), { name: "RangeError", message });
    });
  }
}

const durations = ["idle", "checkTimeout", "healthInterval", "rescan", "drain", "headTimeout"];
const whole: readonly [name: string, remedy: string][] = [
  ["logMaxFiles", "2 to 1000"],
  ["maxFiles", "10 to 10000000"],
  ["healthAttempts", "0 to 1000"],
  ["port", "0 to 65535"],
  ["maxFields", "1 to 8192"],
  ["maxWaiting", "1 to 1000000"],
];

for (const name of durations) {
  for (const text of ["", "5", "1d", "Never", "NEVER", " 1s", "-1s", "Infinity"]) {
    Deno.test(`${name} refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parse(name, text), { name: "SyntaxError", message: /not a duration/ });
    });
  }
  Deno.test(`${name} refuses a duration that no timer can wait for`, () => {
    assert.throws(() => parse(name, "597h"), { name: "RangeError", message: /too long/ });
  });
}

for (const [name, remedy] of whole) {
  for (const text of ["", "-1", "1e5", "50_000", "many", "10.5", "0x50", "none"]) {
    Deno.test(`${name} refuses ${JSON.stringify(text)}, which is not a whole number`, () => {
      const message = `"${text}" is not a whole number. Give ${remedy}`;
      assert.throws(() => parse(name, text), { name: "SyntaxError", message });
    });
  }
}

for (
  const [name, text, remedy] of [
    ["port", "000080", "0 to 65535"],
    ["preferredPort", "008000", "1 to 65535"],
    ["adminPort", "0000000000080", "0 to 65535"],
    ["healthAttempts", "00005", "0 to 1000"],
  ] as const
) {
  Deno.test(`${name} refuses "${text}", which has more digits than the maximum`, () => {
    const message = `"${text}" is out of bounds. Give ${remedy}`;
    assert.throws(() => parse(name, text), { name: "RangeError", message });
  });
}

const numbers = SETTING_ENTRIES.map(({ setting }) => setting)
  .filter((setting) => typeof setting.default === "number");
const notNumbers = [
  "Infinity",
  "NaN",
  "-1",
  "-1s",
  "1e3",
  "1e999",
  "0x10",
  "１２",
  "1_0",
  " 9",
  "",
];

for (const { name, kind } of numbers) {
  Deno.test(`${name} refuses every other notation of numbers`, () => {
    for (const text of notNumbers) assert.throws(() => kind.parse(text), SyntaxError, text);
  });
}

/** Settings that may have no limit, and the word for it. */
const unlimited: Readonly<Record<string, string>> = {
  healthInterval: "never",
  hangTimeout: "never",
  idle: "never",
  sourcePoll: "never",
  bandwidth: "none",
  logRate: "none",
  maxBodySize: "none",
  headTimeout: "none",
  idleTimeout: "none",
  connectTimeout: "none",
  firstByteTimeout: "none",
  stallTimeout: "none",
  waitTimeout: "none",
  maxConnections: "none",
  maxConnectionsPerPeer: "none",
  maxPeerBufferSize: "none",
  maxInFlight: "none",
  maxInFlightPerPeer: "none",
};

for (const { name, kind } of numbers) {
  const word = unlimited[name];
  Deno.test(`${name} ${word === undefined ? "always has a limit" : `can be ${word}`}`, () => {
    if (word !== undefined) assert.equal(kind.parse(word), Infinity);
    for (const none of ["never", "none"].filter((one) => one !== word)) {
      assert.throws(() => kind.parse(none), SyntaxError);
    }
  });
}

for (const [name, text] of [["maxHeadSize", "64"], ["logMaxSize", "10"]] as const) {
  Deno.test(`${name} refuses "${text}", which has no unit`, () => {
    assert.throws(() => parse(name, text), { name: "SyntaxError", message: /is not a size/ });
  });
}
