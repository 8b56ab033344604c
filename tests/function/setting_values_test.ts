import assert from "node:assert/strict";
import { parseEgress } from "../../lib/config/egress.ts";
import { FUNCTION_KEYS } from "../../lib/config/file_schema.ts";
import { completeSettings, type SomeSettings } from "../../lib/config/settings.ts";
import { settingsFor } from "../../lib/config/settings_for.ts";
import { tightenPolicy } from "../../lib/function/policy.ts";
import { type SettingValue, settingValues } from "../../lib/function/setting_values.ts";

function values(
  manifest: SomeSettings,
  given: SomeSettings = {},
): ReadonlyMap<string, SettingValue> {
  const settings = settingsFor(completeSettings(given), "a");
  const policy = tightenPolicy({ path: "m", settings, manifest, env: { SECRET: "1" } });
  const all = settingValues({ settings, manifest, policy });
  return new Map(all.map((value) => [value.key, value]));
}

Deno.test("settingValues() has each key of a manifest but the variables, and each permission", () => {
  const keys = [...values({}).keys()].filter((key) => !key.startsWith("permissions."));
  const expected = FUNCTION_KEYS.map(({ key }) => key)
    .filter((key) => !["env", "envFile", "permissions"].includes(key));
  assert.deepEqual(keys.sort(), expected.sort());
  assert.equal(values({}).get("permissions.ffi")?.value, false);
});

Deno.test("settingValues() writes values as ddsrv.json has them", () => {
  const grant = { pattern: "a", settings: { memoryBytes: 2 * 1024 ** 3 } };
  const found = values({ egress: parseEgress("a.test:443"), idleMs: 60_000 }, {
    functions: [grant],
  });
  assert.deepEqual(
    ["memory", "egress", "idle", "cpu", "check", "port"].map((key) => found.get(key)),
    [
      { key: "memory", value: "2GiB", source: "functions", name: "a" },
      { key: "egress", value: "a.test:443", source: "manifest", name: null },
      { key: "idle", value: "1m", source: "manifest", name: null },
      { key: "cpu", value: null, source: "default", name: null },
      { key: "check", value: true, source: "default", name: null },
      { key: "port", value: 8000, source: "default", name: null },
    ],
  );
  assert.ok(!JSON.stringify([...found]).includes("SECRET"));
});
