import assert from "node:assert/strict";
import { planSelf } from "../../../cli/service/self.ts";

const DENO = { execPath: "/usr/bin/deno", denoDirectory: "/root/.cache/deno" };

Deno.test("planSelf() runs a checkout with this Deno and its module cache", () => {
  assert.deepEqual(planSelf({ ...DENO, main: "file:///opt/a%20b/cli/main.ts" }), {
    command: ["/usr/bin/deno", "run", "--quiet", "--allow-all", "/opt/a b/cli/main.ts"],
    denoDirectory: "/root/.cache/deno",
  });
});

Deno.test("planSelf() runs a package with its launcher", () => {
  const main = "file:///usr/lib/node_modules/ddsrv/lib/main.js";
  assert.deepEqual(planSelf({ ...DENO, main }), {
    command: ["/usr/lib/node_modules/ddsrv/bin/ddsrv"],
    denoDirectory: undefined,
  });
});

Deno.test("planSelf() refuses the temporary cache of npx", () => {
  const main = "file:///root/.npm/_npx/0a1b/node_modules/ddsrv/lib/main.js";
  assert.throws(() => planSelf({ ...DENO, main }), /Install ddsrv \(npm install --global ddsrv\)/);
});
