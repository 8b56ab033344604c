import assert from "node:assert/strict";
import { completeSettings } from "../../lib/config/settings.ts";
import { settingsFor } from "../../lib/config/settings_for.ts";
import type { PreparedFunction } from "../../lib/dev/prepare_function.ts";
import { planRun, type RunPlan, type RunPlanOptions } from "../../lib/dev/run_plan.ts";
import type { FunctionPolicy } from "../../lib/function/policy.ts";

const PATHS = {
  deno: "/bin/deno",
  preload: "/t/preload.js",
  siteServer: "/ddsrv/site/server.js",
  start: "/t/start.json",
  activity: "/t/activity",
  cache: "/cache",
  data: "/data",
  temporary: "/t/tmp",
};

const OPTIONS: RunPlanOptions = {
  port: 4000,
  paths: PATHS,
  functionsDirectory: "/f",
  isColoured: false,
  isParked: false,
  parent: 1,
  os: "linux",
  environment: { PATH: "/usr/bin", AWS_SECRET_KEY: "secret" },
};

function plan(
  policy: Partial<FunctionPolicy> = {},
  { entry = "index.ts", ...options }: Partial<RunPlanOptions> & { readonly entry?: string } = {},
): RunPlan {
  const settings = settingsFor(completeSettings({ functionsDirectory: "/f" }), "shop");
  const prepared: PreparedFunction = {
    name: "shop",
    directory: "/f/shop",
    isStatic: entry.endsWith(".html"),
    policy: { ...settings, ...policy },
    level: "types",
    moduleOptions: {
      entry,
      importMap: undefined,
      allowImport: [],
      nodeModules: "none",
      ownLock: undefined,
    },
    envFiles: [],
    warnings: [],
  };
  return planRun(prepared, { ...OPTIONS, ...options });
}

function flag(command: readonly string[], name: string): string | undefined {
  return command.find((one) => one === name || one.startsWith(`${name}=`));
}

Deno.test("planRun() gives the permissions of a server without a sandbox", () => {
  const { command, cwd } = plan();
  assert.deepEqual([command[0], command[1], command.at(-1), cwd], [
    "/bin/deno",
    "run",
    "index.ts",
    "/f/shop",
  ]);
  assert.equal(flag(command, "--allow-run"), undefined);
  assert.equal(flag(command, "--allow-ffi"), undefined);
  assert.equal(flag(command, "--allow-all"), undefined);
  assert.match(flag(command, "--allow-read")!, /^--allow-read=\/f\/shop,/);
  assert.equal(flag(command, "--allow-write"), "--allow-write=/t/tmp,/data");
});

Deno.test("planRun() lets a manifest restrict the network, and name what is written", () => {
  const { permissions } = settingsFor(completeSettings({}), "shop");
  const { command } = plan({
    permissions: { ...permissions, net: ["api.test:443"] },
    writable: ["uploads"],
  });
  assert.equal(flag(command, "--allow-net"), "--allow-net=api.test:443,127.0.0.1:4000");
  assert.match(flag(command, "--allow-write")!, /,\/f\/shop\/uploads/);
  const closed = plan({ egress: "none" }).command;
  assert.equal(flag(closed, "--allow-net"), "--allow-net=127.0.0.1:4000");
});

Deno.test("planRun() passes no variable of the user, and secrets only in the start file", () => {
  const { env, command, startFile } = plan({ env: { TOKEN: "hidden" } });
  assert.equal(env.PATH, "/usr/bin");
  assert.ok(!JSON.stringify([env, command]).includes("secret"));
  assert.ok(!JSON.stringify([env, command]).includes("hidden"));
  assert.deepEqual(startFile.variables, { TOKEN: "hidden" });
  assert.deepEqual([env.PORT, env.NO_COLOR, env.FORCE_COLOR], ["4000", "1", undefined]);
  assert.equal(plan({}, { isColoured: true }).env.NO_COLOR, undefined);
});

Deno.test("planRun() on Windows has what programs need there, and watches no parent", () => {
  const environment = { Path: "C:\\bin", SystemRoot: "C:\\Windows", USERNAME: "ann" };
  const { env, startFile } = plan({}, { os: "windows", environment });
  assert.deepEqual([env.SystemRoot, env.TEMP, env.USERNAME], ["C:\\Windows", "/t/tmp", undefined]);
  assert.equal(startFile.parent, undefined);
  assert.equal(plan().startFile.parent, 1);
});

Deno.test("planRun() passes the debugger's address to Deno", () => {
  const { command } = plan({}, { inspect: "127.0.0.1:9229" });
  assert.equal(command[2], "--inspect=127.0.0.1:9229");
  assert.equal(flag(plan().command, "--inspect"), undefined);
});

Deno.test("planRun() serves a page without running code of the folder", () => {
  const { command } = plan({}, { entry: "index.html" });
  assert.equal(command.at(-2), "/ddsrv/site/server.js");
  assert.equal(flag(command, "--allow-env"), undefined);
  assert.equal(flag(command, "--allow-net"), "--allow-net=127.0.0.1:4000");
});
