import assert from "node:assert/strict";
import { parseEgress } from "../../lib/config/egress.ts";
import { reconfigure } from "../../lib/config/reconfigure.ts";
import { LIMIT_SETTINGS } from "../../lib/config/limit_settings.ts";
import { defaultSettings, SETTINGS, type Settings } from "../../lib/config/settings.ts";

const list = parseEgress("10.0.0.0/8");

const cases: readonly [
  what: string,
  before: Partial<Settings>,
  after: Partial<Settings>,
  taken: readonly (keyof Settings)[],
  postponed: readonly string[],
][] = [
  ["nothing", {}, {}, [], []],
  ["variables and limits", {}, { env: { A: "1" }, cpu: 2 }, ["env", "cpu"], []],
  ["a bandwidth", {}, { bandwidthBits: 64_000 }, ["bandwidthBits"], []],
  ["a limit that is lifted", { cpu: 2 }, { cpu: Infinity }, ["cpu"], []],
  ["idle time from never", {}, { idleMs: 1_000 }, ["idleMs"], []],
  ["a port and a directory", {}, { port: 1, stateDirectory: "/x" }, [], ["port", "stateDir"]],
  ["some of both", {}, { hideErrors: true, quiet: true }, ["hideErrors"], ["quiet"]],
  ["less egress", { egress: "full" }, { egress: "none" }, ["egress"], []],
  ["a list in place of all", { egress: "full" }, { egress: list }, ["egress"], []],
  ["internet in place of none", { egress: "none" }, { egress: "internet" }, ["egress"], []],
  ["all in place of internet", { egress: "internet" }, { egress: "full" }, ["egress"], []],
  ["a list in place of internet", {}, { egress: list }, ["egress"], []],
];

for (const [what, before, after, taken, postponed] of cases) {
  Deno.test(`reconfigure() of ${what}`, () => {
    const [old, next] = [before, after].map((some) => ({ ...defaultSettings, ...some }));
    const result = reconfigure(old!, next!);
    assert.deepEqual(result.postponed, postponed);
    const expected = Object.fromEntries(taken.map((key) => [key, next![key]]));
    assert.deepEqual(result.settings, { ...old, ...expected });
  });
}

/** Settings with another value, which no default equals, in one field. */
function changed(field: string): Settings {
  const value = { other: true };
  return field in SETTINGS
    ? { ...defaultSettings, [field]: value }
    : { ...defaultSettings, limits: { ...defaultSettings.limits, [field]: value } };
}

for (const [field, setting] of Object.entries({ ...SETTINGS, ...LIMIT_SETTINGS })) {
  const { name } = setting;
  const live = !("needsRestart" in setting);
  Deno.test(`reconfigure() ${live ? "applies" : "postpones"} a change of ${name}`, () => {
    const after = changed(field);
    const { settings, postponed } = reconfigure(defaultSettings, after);
    assert.deepEqual(settings, live ? after : defaultSettings);
    assert.deepEqual(postponed, live ? [] : [name]);
  });
}

Deno.test("reconfigure() keeps the origin of what it postpones, and takes the others", () => {
  const flag = { source: "flag", name: "--x" } as const;
  const file = { source: "file", name: null } as const;
  const before = { ...defaultSettings, origins: { preferredPort: flag, cpu: flag, idleMs: flag } };
  const after = {
    ...defaultSettings,
    preferredPort: 1,
    cpu: 2,
    origins: { preferredPort: file, cpu: file },
  };
  const { settings } = reconfigure(before, after);
  assert.deepEqual(settings.origins, { preferredPort: flag, cpu: file });
});
