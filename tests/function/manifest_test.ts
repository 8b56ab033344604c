import assert from "node:assert/strict";
import type { Egress } from "../../lib/config/egress.ts";
import { defaultPermissions } from "../../lib/config/permissions.ts";
import { defaultSettings } from "../../lib/config/settings.ts";
import { type FunctionSettings, settingsFor } from "../../lib/config/settings_for.ts";
import { readFunctionPolicy } from "../../lib/function/manifest.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const settings: FunctionSettings = {
  ...settingsFor(defaultSettings, "f"),
  egress: "internet",
  startTimeoutMs: 10_000,
  stopGraceMs: 5_000,
  env: { A: "policy", B: "policy", C: "policy" },
};

Deno.test("readFunctionPolicy() returns the settings without a manifest", async () => {
  await using directory = await temporaryDirectory();
  const { policy, envFiles } = await readFunctionPolicy(directory.path, settings);
  assert.deepEqual(envFiles, []);
  assert.deepEqual(policy, {
    check: "auto",
    egress: "internet",
    permissions: defaultPermissions,
    writable: [],
    logRate: 10_000,
    env: settings.env,
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
    memoryBytes: defaultSettings.memoryBytes,
    cpu: Infinity,
    processes: 512,
    dataBytes: 1024 ** 3,
    dataFiles: 65_536,
    bandwidthBits: Infinity,
    ownDomains: [],
    keepPrefix: false,
    rateLimit: "none",
  });
});

Deno.test("readFunctionPolicy() prefers the manifest to the env file to the settings", async () => {
  await using directory = await temporaryDirectory();
  await directory.write(".env", "# own\nB=file\nC='file'\nexport D=\"file\"\n");
  await directory.write("ddsrv.json", '{ "env": { "C": "manifest" }, "stopGrace": "5s" }');
  const { policy } = await readFunctionPolicy(directory.path, settings);
  const { env, stopGraceMs } = policy;
  assert.deepEqual({ ...env }, { A: "policy", B: "file", C: "manifest", D: "file" });
  assert.equal(stopGraceMs, 5_000);
});

Deno.test("readFunctionPolicy() allows shorter times in a manifest", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("ddsrv.json", '{ "startTimeout": "1s", "stopGrace": "0ms" }');
  const { policy } = await readFunctionPolicy(directory.path, settings);
  assert.deepEqual([policy.startTimeoutMs, policy.stopGraceMs], [1_000, 0]);
});

const order: readonly Egress[] = ["none", "internet", "full"];

for (const [allowed, ceiling] of order.entries()) {
  for (const [asked, egress] of order.entries()) {
    const isAllowed = asked <= allowed;
    const verdict = isAllowed ? "grants" : "refuses";
    Deno.test(`readFunctionPolicy() ${verdict} egress ${egress} under ${ceiling}`, async () => {
      await using directory = await temporaryDirectory();
      const path = await directory.write("ddsrv.json", JSON.stringify({ egress }));
      const policy = readFunctionPolicy(directory.path, { ...settings, egress: ceiling });
      if (isAllowed) return assert.equal((await policy).policy.egress, egress);
      await assert.rejects(policy, {
        name: "ConfigError",
        message: `${path} asks for egress "${egress}", but the settings allow only ` +
          `"${ceiling}". Ask for less, or ask the operator to add "functions": { "f": ` +
          `{ "egress": "${egress}" } } to the ddsrv.json of the functions directory`,
      });
    });
  }
}

const refused: readonly [manifest: string, message: RegExp][] = [
  [
    '{ "startTimeout": "10001ms" }',
    /asks for startTimeout 10001ms, but the settings allow at most 10s\./,
  ],
  ['{ "stopGrace": "6s" }', /asks for stopGrace 6s, but the settings allow at most 5s\./],
  ['{ "hostname": "a" }', /ddsrv\.json:1:3 has the unknown key "hostname"/],
  ['{ "port": 0 }', /ddsrv\.json:1:11 .*1/],
  ["{", /ddsrv\.json:1:2 is not JSON/],
];

for (const [manifest, message] of refused) {
  Deno.test(`readFunctionPolicy() refuses ${manifest}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("ddsrv.json", manifest);
    const policy = readFunctionPolicy(directory.path, settings);
    await assert.rejects(policy, { name: "ConfigError", message });
  });
}

Deno.test({
  name: `readFunctionPolicy() refuses what another user links to${
    Deno.uid() === 0 ? "" : " (ignored: needs root)"
  }`,
  ignore: Deno.uid() !== 0,
  async fn() {
    await using directory = await temporaryDirectory();
    const { at } = directory;
    await directory.write("secret", "A=secret\n");
    await Deno.chmod(at("secret"), 0o600);
    await Deno.mkdir(at("home/f"), { recursive: true });
    await Deno.link(at("secret"), at("home/f/.env"));
    // The positive control: all of it is root's.
    const { policy } = await readFunctionPolicy(at("home/f"), settings);
    assert.equal(policy.env.A, "secret");
    await Deno.chown(at("home/f"), 54_321, 54_321);
    await assert.rejects(
      readFunctionPolicy(at("home/f"), settings),
      /\.env" is a hard link to a file that not all users can read, .+\. Replace it with a copy$/,
    );
    await Deno.symlink(at("home/link"), at("function"));
    await Deno.symlink("/etc", at("home/link"));
    await Deno.chown(at("home"), 54_321, 54_321);
    await assert.rejects(
      readFunctionPolicy(at("function"), settings),
      /function" leads through the link "link" .+ user 54321 can change, .+ or chown the target to user 54321/,
    );
  },
});

Deno.test("readFunctionPolicy() reads all env files, and warns of lines that it ignores", async () => {
  await using directory = await temporaryDirectory();
  const { path, at, write } = directory;
  await write("common.env", "A=common\nB=common\nC=common\nD=common\njunk\n");
  await write("granted.env", "B=granted\nC=granted\nD=granted\n");
  await write("f/.env", "C=own\nD=${C}x\ns3cret\n");
  await write("f/more.env", "D=${C}more\n");
  await write("f/ddsrv.json", '{ "envFile": "more.env" }');
  const { policy, warnings } = await readFunctionPolicy(at("f"), {
    ...settings,
    env: {},
    envFile: at("common.env"),
    grantedEnvFiles: [at("granted.env")],
  });
  // A reference sees only its own file.
  assert.deepEqual(policy.env, { A: "common", B: "granted", C: "own", D: "more" });
  assert.equal(warnings.length, 1);
  assert.ok(warnings[0]!.startsWith(`${path}/f/.env: ddsrv ignores line 3,`));
});
