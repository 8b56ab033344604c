import assert from "node:assert/strict";
import { planSelf } from "../../../cli/service/self.ts";

const DENO = { execPath: "/usr/bin/deno", denoDirectory: "/root/.cache/deno" };

Deno.test("planSelf: a checkout is run by this Deno, with the modules that it has", () => {
  assert.deepEqual(planSelf({ ...DENO, main: "file:///opt/a%20b/cli/main.ts" }), {
    command: ["/usr/bin/deno", "run", "--quiet", "--allow-all", "/opt/a b/cli/main.ts"],
    denoDirectory: "/root/.cache/deno",
  });
});

Deno.test("planSelf: a package is run by its launcher", () => {
  const main = "file:///usr/lib/node_modules/ddsrv/lib/main.js";
  assert.deepEqual(planSelf({ ...DENO, main }), {
    command: ["/usr/lib/node_modules/ddsrv/bin/ddsrv"],
    denoDirectory: undefined,
  });
});

Deno.test("planSelf: what npx keeps for the time being is no program for a service", () => {
  const main = "file:///root/.npm/_npx/0a1b/node_modules/ddsrv/lib/main.js";
  assert.throws(() => planSelf({ ...DENO, main }), /Install ddsrv \(npm install --global ddsrv\)/);
});
