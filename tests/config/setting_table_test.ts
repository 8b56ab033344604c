import assert from "node:assert/strict";
import { SETTING_ENTRIES } from "../../lib/config/setting_entries.ts";
import { FUNCTION_SETTINGS } from "../../lib/config/function_settings.ts";
import {
  flagOf,
  keyDefault,
  keyOf,
  manifestKeyOf,
  type Setting,
  variablesOf,
} from "../../lib/config/setting.ts";
import { LIMIT_SETTINGS } from "../../lib/config/limit_settings.ts";
import { defaultSettings } from "../../lib/config/settings.ts";

const settings = SETTING_ENTRIES.map(({ setting }) => setting);

function requireUnique(names: readonly string[]): void {
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
}

Deno.test("each setting has a unique name, flag and variables, including old ones", () => {
  requireUnique(settings.flatMap(({ name, deprecated }) => [name, ...deprecated?.keys ?? []]));
  requireUnique(
    settings.flatMap((setting) => [
      flagOf(setting),
      setting.short,
      ...(setting.deprecated?.flags ?? []).map((flag) => `--${flag}`),
    ]).filter((flag) => flag !== undefined),
  );
  requireUnique(settings.flatMap((setting) => [
    ...variablesOf(setting),
    ...setting.toggle === undefined ? [] : [setting.toggle.variable],
    ...setting.deprecated?.variables ?? [],
  ]));
});

Deno.test("each field of the settings has one entry in the table", () => {
  const { limits, runtimeDirectory: _r, lockDirectory: _l, settleMs: _s, origins: _o, ...rest } =
    defaultSettings;
  assert.equal(settings.length, Object.keys(rest).length + Object.keys(limits).length);
  assert.deepEqual(Object.keys(limits), Object.keys(LIMIT_SETTINGS));
});

Deno.test("each summary is one line of at most 70 characters, in lower case, without a full stop", () => {
  const wrong = settings.flatMap(({ summary }) => summary)
    .filter((summary) => summary.length > 70 || /^[A-Z][a-z]|[.\n]$/.test(summary));
  assert.deepEqual(wrong, []);
});

Deno.test("details are sentences", () => {
  const wrong = settings.filter(({ details }) => details !== undefined && !/[.]$/.test(details));
  assert.deepEqual(wrong.map(({ name }) => name), []);
});

Deno.test("a variable of ddsrv's own is DDSRV_ and the name of its setting", () => {
  const listed = settings.flatMap(({ variables = [] }) => variables)
    .filter((variable) => variable.startsWith("DDSRV_"));
  // Not renamed, so that existing configuration keeps working.
  assert.deepEqual(listed, ["DDSRV_STATE_DIRECTORY"]);
  const maxSize = settings.find(({ name }) => name === "logMaxSize")!;
  assert.deepEqual(variablesOf(maxSize), ["DDSRV_LOG_MAX_SIZE"]);
});

Deno.test("a flag has the name of its setting in kebab case, and a boolean's negative begins with no-", () => {
  const flags = settings.map(flagOf).filter((flag) => flag !== undefined);
  assert.deepEqual(flags.filter((flag) => flag.startsWith("--no-")), [
    "--no-logs",
    "--no-watch",
    "--no-via",
  ]);
  for (const flag of ["--port", "--logs-dir", "--log-file-format", "--console-format"]) {
    assert.ok(flags.includes(flag), flag);
  }
});

Deno.test("the text of each default reads as that default", () => {
  for (const setting of settings) {
    const { kind, default: value, name } = setting;
    const written = keyDefault(setting);
    if (typeof written !== "string" && typeof written !== "number") continue;
    assert.deepEqual(kind.parse(String(written)), value, name);
  }
});

Deno.test("SIGHUP applies these settings and the limits of the proxy, and no others", () => {
  const names = settings
    .filter(({ needsRestart, setBy }) => needsRestart === undefined && setBy !== "manifest")
    .map(({ name }) => name);
  assert.deepEqual(names, [
    "shutdownDelay",
    "shutdownTimeout",
    "uiWrite",
    "uiTokenFile",
    "watch",
    "check",
    "checkCpuTime",
    "checkTimeout",
    "allowImport",
    "registries",
    "functions",
    "env",
    "envFile",
    "startTimeout",
    "predeployTimeout",
    "stopGrace",
    "healthPath",
    "healthAttempts",
    "healthInterval",
    "hangTimeout",
    "idle",
    "backgroundTimeout",
    "parked",
    "maxWarm",
    "drain",
    "egress",
    "permissions",
    "memory",
    "cpu",
    "processes",
    "dataSize",
    "dataFiles",
    "bandwidth",
    "domain",
    "domains",
    "root",
    "index",
    "keepPrefix",
    "rateLimit",
    "trustedProxies",
    "hideErrors",
    "via",
    "compatHealthcheck",
    ...Object.values(LIMIT_SETTINGS).map(({ name }) => name),
  ]);
});

Deno.test("a manifest has these keys, each with this effect", () => {
  const rules = settings.filter(({ manifest }) => manifest !== undefined)
    .map(({ name, manifest }) => [name, manifest]);
  assert.deepEqual(Object.fromEntries(rules), {
    entry: "replaces",
    predeploy: "replaces",
    spa: "replaces",
    check: "replaces",
    denoVersion: "replaces",
    env: "adds",
    envFile: "adds",
    preferredPort: "replaces",
    schedules: "replaces",
    watchFiles: "replaces",
    startTimeout: "smaller",
    predeployTimeout: "smaller",
    stopGrace: "smaller",
    healthPath: "replaces",
    healthInterval: "replaces",
    hangTimeout: "replaces",
    idle: "smaller",
    isWarm: "replaces",
    drain: "smaller",
    egress: "subset",
    permissions: "subset",
    writable: "replaces",
    memory: "smaller",
    cpu: "smaller",
    processes: "smaller",
    dataSize: "smaller",
    dataFiles: "smaller",
    backgroundTimeout: "smaller",
    bandwidth: "smaller",
    domains: "subset",
    keepPrefix: "replaces",
    rateLimit: "separate",
  });
});

Deno.test("a manifest's key is the name of its setting, except where the server uses that key", () => {
  const other = settings.map((setting) => [manifestKeyOf(setting), keyOf(setting)])
    .filter(([key, name]) => key !== undefined && key !== name);
  assert.deepEqual(other, [
    ["entry", undefined],
    ["predeploy", undefined],
    ["spa", undefined],
    ["deno", undefined],
    ["port", "preferredPort"],
    ["watch", undefined],
    ["warm", undefined],
    ["schedules", undefined],
    ["writable", undefined],
  ]);
  const keys = settings.map(manifestKeyOf).filter((key) => key !== undefined);
  requireUnique(keys);
});

Deno.test("a setting of the manifest alone has no flag, no variable and no key of the server", () => {
  const { manifestName: _, ...rest } = FUNCTION_SETTINGS.preferredPort;
  const setting: Setting<number> = { ...rest, setBy: "manifest" };
  assert.equal(manifestKeyOf(setting), "preferredPort");
  assert.equal(keyOf(setting), undefined);
  assert.equal(flagOf(setting), undefined);
  assert.deepEqual(variablesOf(setting), []);
});

Deno.test("limits keep their names", () => {
  const named = Object.values(LIMIT_SETTINGS).map((setting) =>
    [setting.name, flagOf(setting), variablesOf(setting).join()].join(" ")
  );
  assert.deepEqual(named, [
    "maxHeadSize --max-head-size DDSRV_MAX_HEAD_SIZE",
    "maxTargetSize --max-target-size DDSRV_MAX_TARGET_SIZE",
    "maxFields --max-fields DDSRV_MAX_FIELDS",
    "maxBodySize --max-body-size DDSRV_MAX_BODY_SIZE",
    "headTimeout --head-timeout DDSRV_HEAD_TIMEOUT",
    "idleTimeout --idle-timeout DDSRV_IDLE_TIMEOUT",
    "connectTimeout --connect-timeout DDSRV_CONNECT_TIMEOUT",
    "firstByteTimeout --first-byte-timeout DDSRV_FIRST_BYTE_TIMEOUT",
    "stallTimeout --stall-timeout DDSRV_STALL_TIMEOUT",
    "waitTimeout --wait-timeout DDSRV_WAIT_TIMEOUT",
    "maxWaiting --max-waiting DDSRV_MAX_WAITING",
    "maxConnections --max-connections DDSRV_MAX_CONNECTIONS",
    "maxConnectionsPerPeer --max-connections-per-peer DDSRV_MAX_CONNECTIONS_PER_PEER",
    "maxPeerBufferSize --max-peer-buffer-size DDSRV_MAX_PEER_BUFFER_SIZE",
    "maxInFlight --max-in-flight DDSRV_MAX_IN_FLIGHT",
    "maxInFlightPerPeer --max-in-flight-per-peer DDSRV_MAX_IN_FLIGHT_PER_PEER",
  ]);
});
