import assert from "node:assert/strict";
import { loadSettings } from "../../lib/config/load_settings.ts";
import { originAt, originsFor } from "../../lib/config/origins.ts";
import type { SomeSettings } from "../../lib/config/settings.ts";
import { type FunctionSettings, settingsFor } from "../../lib/config/settings_for.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const FILE = {
  memory: "256MiB",
  cpu: 2,
  idle: "15m",
  drain: "5s",
  permissions: { sys: false, run: ["sh"] },
  rateLimit: "100/s",
  check: false,
  functions: {
    "*": { processes: 100, cpu: 3 },
    "a*": { cpu: 4, permissions: { ffi: true } },
    a: { rateLimit: "9/s" },
    other: { memory: "64MiB" },
  },
};

async function load(name: string): Promise<FunctionSettings> {
  await using directory = await temporaryDirectory();
  await directory.write("ddsrv.json", JSON.stringify(FILE));
  const { settings } = await loadSettings(
    { functionsDirectory: directory.path, drainMs: 1_000 },
    { DDSRV_IDLE: "20m", CHECK_CODE: "true", DDSRV_START_TIMEOUT: "oops" },
  );
  return settingsFor(settings, name);
}

/** Returns the origin of each field as text. */
async function origins(
  name: string,
  manifest: SomeSettings = {},
): Promise<(field: string) => string> {
  const all = originsFor(await load(name), manifest);
  return (field) => {
    const { source, name } = originAt(all, field);
    return name === null ? source : `${source} ${name}`;
  };
}

const cases: readonly [field: string, origin: string][] = [
  ["memoryBytes", "file"],
  ["drainMs", "flag --drain"],
  ["idleMs", "variable DDSRV_IDLE"],
  ["check", "variable CHECK_CODE"],
  // A variable that is not valid is ignored.
  ["startTimeoutMs", "default"],
  ["processes", "functions *"],
  ["cpu", "functions a*"],
  ["permissions.ffi", "functions a*"],
  ["permissions.sys", "file"],
  ["permissions.run", "file"],
  ["permissions.net", "default"],
  ["rateLimit", "functions a"],
  ["healthPath", "default"],
  ["constructor", "default"],
];

Deno.test("originsFor() says where each setting of a function comes from", async () => {
  const originOf = await origins("a");
  assert.deepEqual(cases.map(([field]) => [field, originOf(field)]), cases);
});

Deno.test("originsFor() names the manifest for its own settings and permissions", async () => {
  const originOf = await origins("a", { cpu: 1, permissions: { net: false, ffi: true } });
  assert.deepEqual(["cpu", "permissions.net", "permissions.ffi", "permissions.sys"].map(originOf), [
    "manifest",
    "manifest",
    "manifest",
    "file",
  ]);
  assert.equal((await origins("a", { permissions: "all" }))("permissions.env"), "manifest");
});

Deno.test("originsFor() does not take the server's rate limit for that of a function", async () => {
  assert.equal((await origins("b"))("rateLimit"), "default");
});
